// What the Node servers share: a control port for the load generator, and the file that says where the ports are.
'use strict';

const fs = require('node:fs');
const http = require('node:http');

const readyFile = process.argv[process.argv.indexOf('--ready-file') + 1];

function listen(server) {
  return new Promise((resolve) => {
    server.listen({ host: '127.0.0.1', port: 0, backlog: 65535 }, () => {
      resolve(`127.0.0.1:${server.address().port}`);
    });
  });
}

// The `user` of a request's query.
function userOf(url) {
  return new URLSearchParams(url.slice(url.indexOf('?'))).get('user');
}

// `POST /` calls `broadcast` with its body, `POST /send/USER` calls `send`; each is answered when the call has returned,
// or when the promise that it returned holds.
async function serveControl({ clients, broadcast, send }) {
  const control = http.createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', async () => {
      const text = Buffer.concat(parts).toString();
      const sendTo = '/send/';
      const done = request.url.startsWith(sendTo) ? send(request.url.slice(sendTo.length), text) : broadcast(text);
      if (done instanceof Promise) await done;
      response.writeHead(200, { 'Content-Length': 0 });
      response.end();
    });
  });
  control.keepAliveTimeout = 0;  // The load generator waits for its turn on one connection.
  const ports = { client: await clients, control: await listen(control) };
  fs.writeFileSync(`${readyFile}.tmp`, JSON.stringify(ports));
  fs.renameSync(`${readyFile}.tmp`, readyFile);
}

module.exports = { listen, serveControl, userOf };
