// Signs tokens with npm's `jose`. Standard input: a list of {alg, secret, key, header, claims}; output: the tokens.
const {SignJWT, importPKCS8} = require('jose');

async function main() {
  let text = '';
  for await (const piece of process.stdin) text += piece;
  const tokens = [];
  for (const {alg, secret, key, header, claims} of JSON.parse(text)) {
    const bytes = Buffer.from(key, 'base64');
    const signing = secret ? new Uint8Array(bytes) : await importPKCS8(bytes.toString(), alg);
    tokens.push(await new SignJWT(claims).setProtectedHeader({alg, ...header}).sign(signing));
  }
  process.stdout.write(JSON.stringify(tokens));
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
