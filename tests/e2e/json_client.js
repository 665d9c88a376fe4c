// A page's client of wsgate.v1.json on Node's `ws`: what comes is written to stdout as one JSON line each, what comes on
// stdin is sent. It answers pings by itself.
//   node json_client.js URL
'use strict';

const readline = require('readline');
const WebSocket = require('ws');

const say = (event) => process.stdout.write(JSON.stringify(event) + '\n');
const socket = new WebSocket(process.argv[2], ['wsgate.v1.json'], {perMessageDeflate: false});

socket.on('open', () => say({open: socket.protocol}));
socket.on('error', (error) => say({failed: error.message}));
socket.on('close', (code, reason) => say({closed: [code, reason.toString()]}));
socket.on('message', (data, isBinary) => {
  if (isBinary) return say({failed: 'a binary frame'});
  const frame = JSON.parse(data.toString());
  if (frame.ping) socket.send('{"pong":{}}');
  say({frame});
});

readline.createInterface({input: process.stdin})
    .on('line', (line) => socket.send(line))
    .on('close', () => process.exit(0));
