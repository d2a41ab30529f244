// Sends one message with nodemailer: the job comes as JSON on standard input, what came of it goes out as JSON.
import { readFileSync } from "node:fs";
import { createTransport } from "nodemailer";

const { options, envelope, message } = JSON.parse(readFileSync(0, "utf8"));
const transport = createTransport(options);
try {
  const { response, rejected } = await transport.sendMail({ envelope, raw: readFileSync(message) });
  console.log(JSON.stringify({ response, rejected }));
} catch ({ code, command, responseCode, response, message }) {
  console.log(JSON.stringify({ code, command, responseCode, response, message }));
} finally {
  transport.close();
}
