// A page in Chromium, driven by lines of JSON on stdin; what happens in the page is written to stdout likewise.
//   node browser_client.js CHROMIUM PAGE_URL [CHROMIUM_FLAG...]
'use strict';

const readline = require('readline');
const {chromium} = require('playwright-core');

const [executablePath, pageUrl, ...flags] = process.argv.slice(2);
const say = (event) => process.stdout.write(JSON.stringify(event) + '\n');

// Runs in the page.
function connectInPage({url, protocols}) {
  const socket = new WebSocket(url, protocols ?? []);
  socket.binaryType = 'arraybuffer';
  window.e2eSocket = socket;
  const tell = (event) => window.e2eSay(JSON.stringify(event));
  const toBase64 = (buffer) => {
    const bytes = new Uint8Array(buffer);
    let binary = '';
    for (let i = 0; i < bytes.length; i += 32768) binary += String.fromCharCode(...bytes.subarray(i, i + 32768));
    return btoa(binary);
  };
  socket.onopen = () => tell({event: 'open', extensions: socket.extensions, protocol: socket.protocol});
  socket.onerror = () => tell({event: 'error', message: ''});
  socket.onclose = ({code, reason}) => tell({event: 'close', code, reason});
  socket.onmessage = ({data}) => tell(
      typeof data === 'string' ? {event: 'message', text: data} : {event: 'message', base64: toBase64(data)});
}

// Runs in the page.
function sendInPage({text, base64}) {
  window.e2eSocket.send(text ?? Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)));
}

const commands = {
  connect: (page, {url, protocols}) => page.evaluate(connectInPage, {url, protocols}),
  send: (page, command) => page.evaluate(sendInPage, command),
  fill: (page, {selector, text}) => page.fill(selector, text),
  click: (page, {selector}) => page.click(selector),
  resize: (page, {width, height}) => page.setViewportSize({width, height}),
  screenshot: (page, {path}) => page.screenshot({path, fullPage: true}),
  evaluate: async (page, {script}) => say({event: 'value', value: await page.evaluate(script)}),
  // Answers as soon as the script's value is true. (waitForFunction would need a policy that allows eval.)
  wait: async (page, {script}) => {
    for (const deadline = Date.now() + 20000; !await page.evaluate(script);) {
      if (Date.now() > deadline) throw new Error(`still not true: ${script}`);
      await page.evaluate(() => new Promise(requestAnimationFrame));
    }
    say({event: 'value', value: true});
  },
};

async function openPage(browser) {
  const page = await browser.newPage();
  page.on('console', (message) => say({event: 'console', message: message.text()}));
  page.on('pageerror', (error) => say({event: 'console', message: `page error: ${error.message}`}));
  await page.exposeFunction('e2eSay', (line) => say(JSON.parse(line)));
  await page.goto(pageUrl);
  return page;
}

async function main() {
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
           '--disable-component-update', '--disable-sync', ...flags],
  });
  const page = await openPage(browser);
  say({event: 'ready'});
  for await (const line of readline.createInterface({input: process.stdin})) {
    const command = JSON.parse(line);
    try {
      await commands[command.do](page, command);
    } catch (error) {
      say({event: 'failed', message: `${command.do}: ${error.message}`});
    }
  }
  await browser.close();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
