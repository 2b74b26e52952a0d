// Reads [{document, lists, now}] or [{token, jwks, issuer, now}] from standard input; writes [{verified, revoked, error}].
import {readFileSync} from 'node:fs';
import * as vc from '@digitalbazaar/vc';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import {createLocalJWKSet, jwtVerify} from 'jose';
import {loader, suite} from './stack.mjs';

async function credential({document, lists = {}, now}) {
  const documentLoader = loader(lists);
  const result = await vc.verifyCredential({
    credential: document, suite: suite(), documentLoader, now,
    checkStatus: options => checkStatus({...options, suite: suite(), documentLoader, verifyBitstringStatusListCredential: true})
  });
  const results = result.statusResult?.results ?? [];
  return {verified: result.verified, revoked: results.some(one => one.status), error: words(result.error ?? results.find(one => one.error)?.error ?? result.statusResult?.error)};
}

async function token({token, jwks, issuer, now}) {
  const keys = createLocalJWKSet(jwks);
  const {payload} = await jwtVerify(token, keys, {issuer, currentDate: new Date(now), algorithms: ['RS256', 'ES256']});
  return {verified: payload.jti === payload.id, revoked: false, error: null};
}

function words(error) {
  return error ? [error.message, ...(error.errors ?? []).map(one => one.message)].join(' ') : null;
}

const answers = [];
for(const one of JSON.parse(readFileSync(0, 'utf8'))) {
  try {
    answers.push(await (one.token ? token(one) : credential(one)));
  } catch(error) {
    answers.push({verified: false, revoked: false, error: words(error)});
  }
}
process.stdout.write(JSON.stringify(answers));
