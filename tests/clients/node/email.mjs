// Sends with @azure/communication-email: the job comes as JSON on standard input, what came of it goes out as JSON.
import { readFileSync } from "node:fs";
import { EmailClient } from "@azure/communication-email";
import { ClientSecretCredential } from "@azure/identity";

const { connection, endpoint, identity, message, operationId, options, clock, simulated } = JSON.parse(readFileSync(0, "utf8"));

// The clock of the service is moved on while the client waits between two polls, instead of being waited for.
async function advance(by) {
  const headers = { Authorization: `Bearer ${clock.token}`, "Content-Type": "application/json" };
  await fetch(`${clock.url}/clock/advance`, { method: "POST", headers, body: JSON.stringify({ by }) });
}

// Where it is asked for, a wait of a second and more passes in simulated time: the client's own, between its attempts.
const slept = [];
const realTimer = globalThis.setTimeout;
if (simulated) {
  globalThis.setTimeout = (then, wait, ...given) => {
    if (!(wait >= 1000 && new Error().stack.includes("/@azure/"))) return realTimer(then, wait, ...given);
    slept.push(wait / 1000);
    advance(`${Math.round(wait / 1000)}s`).then(() => then(...given));
    return realTimer(() => {}, 0);
  };
}

// What goes over the wire, at each attempt: the client's own option for whoever wants to look on.
const exchanged = [];
const lookOn = {
  name: "lookOn",
  async sendRequest(request, next) {
    const answer = await next(request);
    const { method, url, body } = request;
    exchanged.push({ method, url, body, status: answer.status, answer: answer.bodyAsText });
    return answer;
  },
};

function client() {
  const looked = { ...options, additionalPolicies: [{ policy: lookOn, position: "perRetry" }] };
  if (connection) return new EmailClient(connection, looked);
  const { tenant, app, secret, authority } = identity;
  const pointed = { authorityHost: authority, disableInstanceDiscovery: true };
  return new EmailClient(endpoint, new ClientSecretCredential(tenant, app, secret, pointed), looked);
}

try {
  const poller = await client().beginSend(message, operationId ? { operationId } : {});
  const states = [poller.getOperationState().status];
  while (!poller.isDone()) {
    await advance("30s");
    await poller.poll();
    states.push(poller.getOperationState().status);
  }
  console.log(JSON.stringify({ result: poller.getResult(), states, slept, exchanged }));
} catch (error) {
  const { name, code, statusCode, message: said, response } = error;
  const retryAfter = response?.headers?.get?.("retry-after");
  console.log(JSON.stringify({ name, code, statusCode, message: said, retryAfter, slept, exchanged }));
}
