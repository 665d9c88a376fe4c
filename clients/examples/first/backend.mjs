// A first backend: says hello to ada, then answers whatever a client says with the same.
import {PassThrough} from 'node:stream';
import {createClient} from '@connectrpc/connect';
import {createGrpcTransport} from '@connectrpc/connect-node';
import {ControlService} from '@wsgate/gen/wsgate/v1/control_service_pb.js';

const address = process.env.WSGATE_CONTROL_ADDRESS ?? '127.0.0.1:50051';
const gate = createClient(ControlService, createGrpcTransport({baseUrl: `http://${address}`}));
const {outcome} = await gate.sendToUser({userId: 'ada', message: {payload: {case: 'text', value: 'hello'}}});
console.log(`matched ${outcome.matched}, queued ${outcome.queued}`);

const requests = new PassThrough({objectMode: true});
requests.write({request: {case: 'start', value: {}}});
for await (const {number, sessionId, message} of gate.receiveMessages(requests)) {
  await gate.sendToSession({sessionId, message});
  requests.write({request: {case: 'ack', value: {number}}});
}
