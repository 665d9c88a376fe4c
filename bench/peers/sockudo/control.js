// The control port of ../support/control.js in front of Sockudo: signs each text and posts it to Sockudo's HTTP API, as a
// backend of Pusher does.
//
// node control.js --sockudo-port PORT --ready-file PATH
'use strict';

const crypto = require('node:crypto');
const http = require('node:http');
const net = require('node:net');
const { serveControl } = require('../support/control.js');

const port = Number(process.argv[process.argv.indexOf('--sockudo-port') + 1]);
const path = '/apps/bench/events';
const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });

function signed(body) {
  const md5 = crypto.createHash('md5').update(body).digest('hex');
  const query = `auth_key=bench-key&auth_timestamp=${Math.floor(Date.now() / 1000)}&auth_version=1.0&body_md5=${md5}`;
  const signature = crypto.createHmac('sha256', 'bench-secret').update(`POST\n${path}\n${query}`).digest('hex');
  return `${path}?${query}&auth_signature=${signature}`;
}

function broadcast(text) {
  const body = JSON.stringify({ name: 'm', channels: ['all'], data: text });
  const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: signed(body), method: 'POST', agent, headers };
    const request = http.request(options, (response) => {
      response.resume();
      response.on('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`Sockudo answered ${response.statusCode}`));
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

// Holds once Sockudo listens.
function listening() {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(`127.0.0.1:${port}`);
    });
    socket.on('error', () => setTimeout(() => resolve(listening()), 50));
  });
}

const sockudo = process.ppid;
setInterval(() => {
  if (process.ppid !== sockudo) process.exit(0); // Sockudo has ended.
}, 200);

serveControl({ clients: listening(), broadcast });
