// What many services start from, and what the analysis measured: Node.js with `ws`, one send after the other to every
// client. The second port takes `POST /`, a broadcast of its body, and `POST /send/USER`, to one user.
//
// NODE_PATH=.../node_modules node server.js --ready-file PATH
'use strict';

const http = require('node:http');
const { WebSocketServer } = require('ws');
const { listen, serveControl, userOf } = require('../support/control.js');

const clients = http.createServer();
const sockets = new WebSocketServer({ server: clients, perMessageDeflate: false });
const users = new Map();
sockets.on('connection', (socket, request) => {
  const user = userOf(request.url);
  users.set(user, socket);
  socket.on('close', () => users.delete(user));
  socket.on('error', () => socket.terminate());
});

serveControl({
  clients: listen(clients),
  broadcast: (text) => {
    for (const socket of sockets.clients) socket.send(text);
  },
  send: (user, text) => users.get(user).send(text),
});
