// Gets tokens with @azure/msal-node. One JSON per line: the job comes first; where the user or the clock is needed, a
// question goes out and the answer comes in; the last line says what came of it.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { ConfidentialClientApplication, CryptoProvider, PublicClientApplication } from "@azure/msal-node";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const hear = async () => JSON.parse((await lines.next()).value);
const say = (told) => console.log(JSON.stringify(told));
const ask = async (told) => {
  say(told);
  return hear();
};

const { flow, auth, scopes, key, username, password, refresh, challenge } = await hear();
if (key) auth.clientCertificate.privateKey = readFileSync(key, "utf8");
const isConfidential = auth.clientSecret || auth.clientCertificate || auth.clientAssertion;
const app = isConfidential ? new ConfidentialClientApplication({ auth }) : new PublicClientApplication({ auth });
const redirectUri = "http://localhost";

async function signInWithCode() {
  const { verifier, challenge: computed } = await new CryptoProvider().generatePkceCodes();
  const codeChallenge = challenge ?? computed;
  const url = await app.getAuthCodeUrl({ scopes, redirectUri, codeChallenge, codeChallengeMethod: "S256" });
  const { again, ...answer } = await ask({ url });
  const request = { scopes, redirectUri, codeVerifier: verifier, ...answer };
  if (again) await app.acquireTokenByCode({ ...request });
  return app.acquireTokenByCode(request);
}

async function signInWithDeviceCode() {
  let answered;
  const deviceCodeCallback = ({ userCode }) => {
    answered = ask({ userCode: userCode ?? null });
  };
  const result = await app.acquireTokenByDeviceCode({ scopes, deviceCodeCallback });
  await answered;
  return result;
}

async function forApplication() {
  const first = await app.acquireTokenByClientCredential({ scopes });
  const second = await app.acquireTokenByClientCredential({ scopes });
  return { token: second.accessToken, fromCache: second.fromCache, first: first.fromCache };
}

async function forUser() {
  const result = await {
    device_code: signInWithDeviceCode,
    code: signInWithCode,
    password: () => app.acquireTokenByUsernamePassword({ scopes, username, password }),
  }[flow]();
  const { more } = refresh ? await ask({ token: result.accessToken }) : {};
  const request = { account: result.account, scopes: more ?? scopes, forceRefresh: Boolean(refresh) };
  const silent = await app.acquireTokenSilent(request);
  const { accessToken: token, fromCache } = silent;
  return { token, fromCache, first: result.accessToken, username: result.account.username };
}

try {
  say(await (flow === "client_credentials" ? forApplication() : forUser()));
} catch (error) {
  const { name, errorCode, errorNo, subError, errorMessage, message } = error;
  say({ name, errorCode, errorNo, subError, message: errorMessage ?? message });
}
process.exit();
