// A backend that its gateway calls: it says who may come in, answers what clients say, and hears who has left.
import {createServer} from 'node:http2';
import {connectNodeAdapter} from '@connectrpc/connect-node';
import {HookService} from '@wsgate/gen/wsgate/v1/hook_service_pb.js';

const users = new Set(['ada', 'grace']);  // A real backend checks a signature, or asks its database.

const hooks = {
  onConnect({query}) {
    const token = new URLSearchParams(query).get('token');
    if (!users.has(token)) {
      return {decision: {case: 'refuse', value: {status: 401, reason: 'say who you are with ?token=NAME'}}};
    }
    return {decision: {case: 'accept', value: {userId: token}}};
  },
  onMessage({userId, message}) {
    const {case: kind, value} = message.payload;
    if (kind !== 'text' || !value.startsWith('all:')) return {reply: message};
    const text = `${userId}: ${value.slice(4)}`;
    return {sends: [{target: {target: {case: 'all', value: true}}, message: {payload: {case: 'text', value: text}}}]};
  },
  onDisconnect({end}) {
    console.log(`${end.session.userId} left: ${end.code} ${end.reason}`);
    return {};
  },
};

const [, host, port] = /^(.*):(\d+)$/.exec(process.env.BACKEND_ADDRESS ?? '127.0.0.1:50052');
const server = createServer(connectNodeAdapter({routes: (router) => router.service(HookService, hooks)}));
server.listen(Number(port), host, () => console.log(`listening on ${host}:${server.address().port}`));
