// Calls the control API over HTTP with Connect's own client; prints what came as one JSON object.
// usage: node connect_client.mjs HOST:PORT
import {Code, ConnectError, createClient} from '@connectrpc/connect';
import {createConnectTransport} from '@connectrpc/connect-node';
import {ControlService} from '@wsgate/gen/wsgate/v1/control_service_pb.js';
import {BadRequestSchema, ErrorInfoSchema} from '@wsgate/gen/google/rpc/error_details_pb.js';

const transport = createConnectTransport({
  baseUrl: `http://${process.argv[2]}`, httpVersion: '1.1', useBinaryFormat: false});
const gate = createClient(ControlService, transport);
const text = (value) => ({payload: {case: 'text', value}});

// How a call fails: its code and its details.
async function failureOf(call) {
  try {
    await call();
  } catch (thrown) {
    const error = ConnectError.from(thrown);
    return {
      code: Code[error.code],
      reasons: error.findDetails(ErrorInfoSchema).map((info) => info.reason),
      fields: error.findDetails(BadRequestSchema).flatMap((bad) => bad.fieldViolations.map(({field}) => field)),
    };
  }
  return null;
}

const sent = (await gate.sendToUser({userId: 'ada', message: text('to ada')})).outcome;
const broadcast = (await gate.broadcast({message: text('to all')})).outcome;
const {sessions} = await gate.listSessions({});
const stats = await gate.getStats({});
console.log(JSON.stringify({
  sent: [sent.matched, sent.queued],
  broadcast: [broadcast.matched, broadcast.queued],
  users: sessions.map(({userId}) => userId),
  nodes: stats.nodes.length,
  badField: await failureOf(() => gate.sendToUser({userId: '', message: text('x')})),
  unknown: await failureOf(() => gate.getSession({sessionId: 'nonsense'})),
  stream: await failureOf(async () => {
    for await (const _ of gate.watchStats({}));
  }),
}, (_, value) => typeof value === 'bigint' ? Number(value) : value));
