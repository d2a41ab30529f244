// Gets a token with @azure/msal-node: the job comes as JSON on standard input, what came of it goes out as JSON.
import { readFileSync } from "node:fs";
import { ConfidentialClientApplication, PublicClientApplication } from "@azure/msal-node";

const { flow, auth, scopes, page, user, password, refresh } = JSON.parse(readFileSync(0, "utf8"));

// The user at the page: who sits before another screen.
async function typeIn(userCode) {
  const body = new URLSearchParams({ user_code: userCode, login: user, passwd: password, action: "accept" });
  await fetch(page, { method: "POST", body });
}

try {
  let result;
  if (flow === "client_credentials") {
    const app = new ConfidentialClientApplication({ auth });
    const first = await app.acquireTokenByClientCredential({ scopes });
    result = await app.acquireTokenByClientCredential({ scopes });
    console.log(JSON.stringify({ token: result.accessToken, fromCache: result.fromCache, first: first.fromCache }));
  } else {
    const app = new PublicClientApplication({ auth });
    result =
      flow === "device_code"
        ? await app.acquireTokenByDeviceCode({ scopes, deviceCodeCallback: ({ userCode }) => typeIn(userCode) })
        : await app.acquireTokenByUsernamePassword({ scopes, username: user, password });
    const silent = await app.acquireTokenSilent({ account: result.account, scopes, forceRefresh: Boolean(refresh) });
    console.log(
      JSON.stringify({ token: silent.accessToken, fromCache: silent.fromCache, username: result.account.username }),
    );
  }
} catch (error) {
  const { name, errorCode, errorNo, errorMessage, message } = error;
  console.log(JSON.stringify({ name, errorCode, errorNo, message: errorMessage ?? message }));
}
