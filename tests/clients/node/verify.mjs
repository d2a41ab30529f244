// Verifies a token with jose: the job comes as JSON on standard input, the claims or the error go out as JSON.
import { readFileSync } from "node:fs";
import { createRemoteJWKSet, jwtVerify } from "jose";

const { token, keys, issuer, audience, now } = JSON.parse(readFileSync(0, "utf8"));
try {
  const currentDate = new Date(now);
  const { payload, protectedHeader } = await jwtVerify(token, createRemoteJWKSet(new URL(keys)), {
    issuer,
    audience,
    currentDate,
    algorithms: ["RS256"],
  });
  console.log(JSON.stringify({ claims: payload, header: protectedHeader }));
} catch ({ name, code, message }) {
  console.log(JSON.stringify({ name, code, message }));
}
