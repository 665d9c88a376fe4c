// Node's `ws`, driven by lines of JSON on stdin; what happens to the socket is written to stdout likewise.
'use strict';

const readline = require('readline');
const WebSocket = require('ws');

const say = (event) => process.stdout.write(JSON.stringify(event) + '\n');
let socket = null;

function connect({url, compression}) {
  let extensions = '';
  socket = new WebSocket(url, {perMessageDeflate: compression === 'on'});
  socket.on('upgrade', ({headers}) => extensions = headers['sec-websocket-extensions'] ?? '');
  socket.on('open', () => say({event: 'open', extensions}));
  socket.on('ping', () => say({event: 'ping'}));
  socket.on('error', (error) => say({event: 'error', message: error.message}));
  socket.on('close', (code, reason) => say({event: 'close', code, reason: reason.toString()}));
  socket.on('message', (data, isBinary) => {
    say(isBinary ? {event: 'message', base64: data.toString('base64')} : {event: 'message', text: data.toString()});
  });
}

const commands = {
  connect,
  send: (command) => socket.send(command.text ?? Buffer.from(command.base64, 'base64')),
};

readline.createInterface({input: process.stdin})
    .on('line', (line) => {
      const command = JSON.parse(line);
      commands[command.do](command);
    })
    .on('close', () => process.exit(0));
