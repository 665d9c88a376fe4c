// What many services start from, and what the analysis measured: Node.js with `ws`, one send after the other to every
// client. The second port takes a `POST` and broadcasts its body.
//
// NODE_PATH=.../node_modules node server.js --ready-file PATH
'use strict';

const fs = require('node:fs');
const http = require('node:http');
const { WebSocketServer } = require('ws');

const readyFile = process.argv[process.argv.indexOf('--ready-file') + 1];

function listen(server) {
  return new Promise((resolve) => {
    server.listen({ host: '127.0.0.1', port: 0, backlog: 65535 }, () => {
      resolve(`127.0.0.1:${server.address().port}`);
    });
  });
}

const clients = http.createServer();
const sockets = new WebSocketServer({ server: clients, perMessageDeflate: false });
sockets.on('connection', (socket) => {
  socket.on('error', () => socket.terminate());
});

const control = http.createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const text = Buffer.concat(parts).toString();
    for (const socket of sockets.clients) socket.send(text);
    response.writeHead(200, { 'Content-Length': 0 });
    response.end();
  });
});

Promise.all([listen(clients), listen(control)]).then(([client, controlAddress]) => {
  fs.writeFileSync(`${readyFile}.tmp`, JSON.stringify({ client, control: controlAddress }));
  fs.renameSync(`${readyFile}.tmp`, readyFile);
});
