// Socket.IO with its own advice on memory: WebSocket only, no compression, the first request let go. A message is the
// event `m` with the text as its argument. The control port is that of node_ws.
//
// NODE_PATH=.../node_modules node server.js --ready-file PATH
'use strict';

const http = require('node:http');
const { Server } = require('socket.io');
const { listen, serveControl, userOf } = require('../support/control.js');

const clients = http.createServer();
const io = new Server(clients, { transports: ['websocket'], serveClient: false, perMessageDeflate: false });
const users = new Map();
io.engine.on('connection', (rawSocket) => {
  rawSocket.user = userOf(rawSocket.request.url);
  rawSocket.request = null;
});
io.on('connection', (socket) => {
  const { user } = socket.conn;
  users.set(user, socket);
  socket.on('disconnect', () => users.delete(user));
});

serveControl({
  clients: listen(clients),
  broadcast: (text) => io.emit('m', text),
  send: (user, text) => users.get(user).emit('m', text),
});
