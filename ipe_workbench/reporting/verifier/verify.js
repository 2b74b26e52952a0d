// Verifies a badge of this page's issuer, in the browser and without any network. What is not checked is said; nothing
// that was not checked is called valid.
'use strict';

const known = JSON.parse(document.getElementById('known').textContent);
const LONGEST = 8_000_000;
const CLOCK_SKEW = 5 * 60 * 1000;
const MEMBERS = new Set(['@context', 'id', 'type', 'name', 'description', 'issuer', 'validFrom', 'validUntil',
  'awardedDate', 'credentialSubject', 'evidence', 'endorsement', 'credentialSchema', 'credentialStatus', 'image', 'proof']);
const PROOF_MEMBERS = new Set(['id', 'type', 'cryptosuite', 'created', 'verificationMethod', 'proofPurpose', 'proofValue']);
const CLAIMS = ['iss', 'jti', 'sub', 'nbf', 'exp'];
const ALGORITHMS = {
  RS256: {name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256'},
  ES256: {name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256'},
};

class Refused extends Error {}
class Open extends Error {}

async function verify(content, email, now) {
  const checks = [];
  let credential = null;
  let outcome = 'verified';
  const step = async (name, work) => {
    if (outcome === 'invalid' || outcome === 'cannot-tell') return;
    try {
      checks.push({name, state: 'ok', detail: await work()});
    } catch (error) {
      const open = !(error instanceof Refused);
      checks.push({name, state: open ? 'unknown' : 'failed', detail: error.message});
      outcome = open ? 'cannot-tell' : error.verdict || 'invalid';
    }
  };
  let token = null;
  await step('Readable', () => {
    [credential, token] = read(content);
    return token ? 'A signed token.' : 'One meaning, within the limits.';
  });
  await step('Form', () => checkForm(credential));
  await step('Issuer', () => checkIssuer(credential));
  await step('Signature', () => token ? checkToken(token, credential) : checkProof(credential));
  await step('Status', () => checkStatus(credential, now));
  if (outcome === 'verified') await step('Dates', () => checkDates(credential, now));
  if (email && outcome === 'verified') await step('Recipient', () => checkRecipient(credential, email));
  return {verdict: outcome, checks, credential};
}

function read(text) {
  if (text.length > LONGEST) throw new Refused('The file is too large for a badge.');
  text = text.trim();
  if (text.startsWith('{')) return [parsed(text), null];
  const parts = text.split('.');
  if (parts.length !== 3 || !text.startsWith('ey'))
    throw new Open('This is neither JSON nor a token. Badges inside pictures: take them out with “ipe badges extract”.');
  const decode = part => parsed(new TextDecoder('utf-8', {fatal: true}).decode(fromBase64url(part)));
  let header, payload;
  try {
    header = decode(parts[0]);
    payload = decode(parts[1]);
  } catch (error) {
    throw new Refused(`The token cannot be read. ${error.message}`);
  }
  const credential = Object.fromEntries(
    Object.entries(payload).filter(([name]) => !CLAIMS.includes(name) && name !== 'iat'));
  return [credential, {header, payload, signed: `${parts[0]}.${parts[1]}`, signature: parts[2]}];
}

function parsed(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Open('This is no JSON.');
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new Open('A badge is a JSON object.');
  // JSON.parse keeps the last of two members of a name; then there are fewer than the text has.
  const written = [...text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)].filter(found => found[1]).length;
  if (written !== membersIn(value, 0)) throw new Refused('A member stands twice in one object.');
  return value;
}

function membersIn(value, depth) {
  if (depth > 60) throw new Refused('It is nested too deep.');
  if (value === null || typeof value !== 'object') return 0;
  const inner = Object.values(value).reduce((sum, one) => sum + membersIn(one, depth + 1), 0);
  return inner + (Array.isArray(value) ? 0 : Object.keys(value).length);
}

function checkForm(credential) {
  const types = [].concat(credential.type);
  if (types.includes('ClrCredential'))
    throw new Open('This is a learner’s record. Verify it with “ipe badges verify”; its badges can be checked here one by one.');
  if (!types.includes('VerifiableCredential') || !types.some(one => one === 'OpenBadgeCredential' || one === 'AchievementCredential'))
    throw new Open('This is no Open Badge 3.0.');
  const contexts = credential['@context'];
  if (!Array.isArray(contexts) || contexts[0] !== known.first || !contexts.every(one => typeof one === 'string') ||
      new Set(contexts).size !== contexts.length)
    throw new Refused('Its contexts are not those of Open Badges.');
  for (const one of contexts)
    if (!Object.hasOwn(known.contexts, one)) throw new Refused('It names a context that is not one of the pinned ones.');
  const strange = Object.keys(credential).filter(name => !MEMBERS.has(name));
  if (strange.length) throw new Open(`It has members that this page does not know: ${strange.join(', ').slice(0, 100)}.`);
  if ('endorsement' in credential) throw new Open('It holds endorsements, which this page does not check.');
  const subject = credential.credentialSubject;
  if (!subject || typeof subject !== 'object' || !subject.achievement || typeof subject.achievement.name !== 'string')
    throw new Refused('It names no achievement.');
  if (typeof credential.id !== 'string') throw new Refused('It has no id.');
  checkMembers({...credential, '@context': undefined}, new Map());
  return 'Plain terms of the pinned contexts. The whole JSON Schema is checked by “ipe badges verify” only.';
}

function checkMembers(value, nodes) {
  if (value === null) throw new Refused('A member is null; no signature covers it.');
  if (typeof value === 'string' && value.startsWith('_:')) throw new Refused('It names a blank node.');
  if (Array.isArray(value)) {
    if (!value.length) throw new Refused('An array is empty; no signature covers it.');
    if (new Set(value.map(sorted)).size !== value.length) throw new Refused('Two items of an array are equal.');
    value.forEach(one => checkMembers(one, nodes));
  } else if (typeof value === 'object') {
    const names = Object.keys(value).filter(name => value[name] !== undefined);
    for (const name of names)
      if (!/^[a-z][A-Za-z0-9]*$/.test(name)) throw new Refused('A member’s name is an address or a keyword.');
    if ('endorsement' in value || 'endorsementJwt' in value || 'verifiableCredential' in value)
      throw new Open('It holds endorsements or credentials, which this page does not check.');
    if (typeof value.id === 'string') {
      const says = names.some(name => name !== 'id' && name !== 'type');
      if (says && nodes.get(value.id)) throw new Open('It describes one thing in two places, which this page does not check.');
      nodes.set(value.id, says || nodes.get(value.id));
    }
    names.forEach(name => checkMembers(value[name], nodes));
  }
}

function sorted(value) {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(sorted).sort().join()}]`;
  return `{${Object.keys(value).sort().map(name => `${JSON.stringify(name)}:${sorted(value[name])}`).join()}}`;
}

const issuerOf = credential =>
  credential.issuer && typeof credential.issuer === 'object' ? credential.issuer.id : credential.issuer;

function checkIssuer(credential) {
  if (issuerOf(credential) !== known.issuer)
    throw new Open('It names another issuer; this page knows the keys of its own only.');
  return `Issued in the name of ${known.issuer}.`;
}

function keyOf(method) {
  const key = Object.hasOwn(known.keys, method) ? known.keys[method] : null;
  if (!key) throw new Refused('It names a key that the issuer does not have.');
  return key;
}

async function checkProof(credential) {
  const {proof, ...unsigned} = credential;
  if (!proof) throw new Refused('There is no signature.');
  if (Array.isArray(proof)) throw new Open('It has several proofs, which this page does not check.');
  if (proof.type !== 'DataIntegrityProof' || proof.cryptosuite !== 'eddsa-rdfc-2022' || typeof proof.proofValue !== 'string')
    throw new Open('Its kind of proof is not known here.');
  if (!Object.keys(proof).every(name => PROOF_MEMBERS.has(name))) throw new Open('Its proof has members that are not known here.');
  if (proof.proofPurpose !== 'assertionMethod') throw new Refused('The proof was made for another purpose.');
  const key = keyOf(proof.verificationMethod);
  if (key.kty !== 'OKP') throw new Refused('The proof names a key of another kind.');
  if (key.expires && !(moment(proof.created) <= moment(key.expires)))
    throw new Refused('The key was retired before the proof was made.');
  const signature = fromBase58(proof.proofValue);
  const {proofValue, ...options} = proof;
  let covered;
  try {
    covered = new Uint8Array([
      ...await digest(await canonicalForm({'@context': credential['@context'], ...options}, known.contexts)),
      ...await digest(await canonicalForm(unsigned, known.contexts)),
    ]);
  } catch (error) {
    throw new Refused(`The signature would not cover all that the badge says. ${String(error.message).slice(0, 120)}`);
  }
  await checkSignature(key, {name: 'Ed25519'}, signature, covered);
  return 'The issuer’s, over the whole content (eddsa-rdfc-2022).';
}

async function checkToken({header, payload, signed, signature}, credential) {
  if (!Object.keys(header).every(name => ['alg', 'kid', 'typ'].includes(name)) || typeof header.kid !== 'string')
    throw new Refused('The token’s header is not as it should be.');
  if ('proof' in credential) throw new Open('It has a proof inside the token, which this page does not check.');
  const key = keyOf(header.kid);
  if (key.alg !== header.alg || !Object.hasOwn(ALGORITHMS, header.alg))
    throw new Refused('The token’s algorithm is not that of its key.');
  const seconds = text => text === undefined ? undefined : Math.floor(moment(text) / 1000);
  const expected = [issuerOf(credential), credential.id, credential.credentialSubject.id, seconds(credential.validFrom),
    seconds(credential.validUntil)];
  CLAIMS.forEach((name, index) => {
    if (payload[name] !== expected[index]) throw new Refused(`The claim “${name}” says other than the badge.`);
  });
  await checkSignature(key, ALGORITHMS[header.alg], fromBase64url(signature), new TextEncoder().encode(signed));
  return `The issuer’s, over the whole token (${header.alg}).`;
}

async function checkSignature({expires, kid, alg, use, ...jwk}, algorithm, signature, covered) {
  let key;
  try {
    key = await crypto.subtle.importKey('jwk', jwk, algorithm, false, ['verify']);
  } catch {
    throw new Open('This browser cannot check this kind of signature. Use a newer one, or “ipe badges verify”.');
  }
  if (!await crypto.subtle.verify(algorithm, key, signature, covered))
    throw new Refused('The signature does not fit the content: one of the two was changed.');
}

function checkDates(credential, now) {
  const start = moment(credential.validFrom);
  const end = 'validUntil' in credential ? moment(credential.validUntil) : Infinity;
  if (Number.isNaN(start) || Number.isNaN(end)) throw new Refused('Its dates cannot be read.');
  if (now + CLOCK_SKEW < start) throw verdict('not-yet-valid', `Not valid before ${credential.validFrom}.`);
  if (end < now) throw verdict('expired', `Expired on ${credential.validUntil}.`);
  return end === Infinity ? 'Valid without end.' : `Valid until ${credential.validUntil}.`;
}

async function checkStatus(credential, now) {
  const entries = [].concat(credential.credentialStatus ?? []);
  if (!entries.length) return 'The badge names no list of revocations.';
  for (const purpose of ['revocation', 'suspension'])
    for (const entry of entries.filter(one => one.statusPurpose === purpose))
      if (await bitOf(entry, now)) throw verdict(purpose === 'revocation' ? 'revoked' : 'suspended', 'By the list of the issuer.');
  const plain = entries.filter(one => one.type === '1EdTechRevocationList' && one.id === known.revoked.address);
  if (plain.length && known.revoked.ids.includes(credential.id)) throw verdict('revoked', 'By the list of the issuer.');
  if (!entries.every(one => plain.includes(one) || ['revocation', 'suspension'].includes(one.statusPurpose)))
    throw new Open('It names a status of a kind that is not known here.');
  return `Not on the list as it was published on ${known.published}.`;
}

async function bitOf(entry, now) {
  const list = Object.hasOwn(known.lists, entry.statusListCredential) ? known.lists[entry.statusListCredential] : null;
  if (entry.type !== 'BitstringStatusListEntry' || (entry.statusSize ?? 1) !== 1 || !list || list.purpose !== entry.statusPurpose ||
      !/^(0|[1-9][0-9]{0,8})$/.test(entry.statusListIndex))
    throw new Open('Its list of revocations is not in this page; it may be newer. Open the issuer’s page again.');
  if (list.validUntil && moment(list.validUntil) < now) throw new Open('The list of revocations in this page is too old.');
  const stream = new Blob([fromBase64url(list.encodedList.slice(1))]).stream().pipeThrough(new DecompressionStream('gzip'));
  const bits = new Uint8Array(await new Response(stream).arrayBuffer());
  const index = Number(entry.statusListIndex);
  if (bits.length < 16384 || index >= bits.length * 8) throw new Open('Its place is beyond the end of the list.');
  return (bits[index >> 3] >> (7 - (index & 7))) & 1;
}

async function checkRecipient(credential, email) {
  for (const one of [].concat(credential.credentialSubject.identifier ?? [])) {
    if (one.hashed === true && String(one.identityHash).startsWith('sha256$')) {
      const bytes = await digest(email + (one.salt ?? ''));
      const hash = [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('');
      if (`sha256$${hash}` === one.identityHash.toLowerCase()) return 'It was issued to this address.';
    } else if (one.hashed !== true && one.identityHash === email) return 'It was issued to this address.';
  }
  throw verdict('other-recipient', 'It was not issued to this address (capital letters count).');
}

function verdict(name, detail) {
  return Object.assign(new Refused(detail), {verdict: name});
}

function moment(text) {
  return typeof text === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : NaN;
}

async function digest(text) {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
}

function fromBase64url(text) {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw new Refused('A part of it is no base64url.');
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), sign => sign.charCodeAt(0));
}

function fromBase58(text) {
  const signs = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
  let number = 0n;
  if (!/^z[1-9A-HJ-NP-Za-km-z]{64,90}$/.test(text)) throw new Refused('The value of the proof is no signature.');
  for (const sign of text.slice(1)) number = number * 58n + BigInt(signs.indexOf(sign));
  const hex = number.toString(16).padStart(128, '0');
  if (hex.length !== 128) throw new Refused('The value of the proof is no signature.');
  return Uint8Array.from(hex.match(/../g), byte => parseInt(byte, 16));
}

const WORDS = {
  verified: 'Valid: the issuer signed this badge, nobody changed it, and it is in force.',
  expired: 'Expired: the badge is genuine, but its time is over.',
  'not-yet-valid': 'Not valid yet: the badge is genuine, but its time has not begun.',
  revoked: 'Revoked: the issuer has withdrawn this badge.',
  suspended: 'Suspended: the issuer has put this badge on hold.',
  'other-recipient': 'Not of this person: the badge is genuine, but was issued to somebody else.',
  invalid: 'Not valid: do not rely on this badge.',
  'cannot-tell': 'Not checked: this page cannot tell. That says nothing for or against the badge.',
};
const SIGNS = {ok: '✓ ok', failed: '✗ failed', unknown: '? not checked'};

function made(tag, text, className) {
  const element = document.createElement(tag);
  // Texts of a badge are hostile; textContent shows them as they are.
  element.textContent = text;
  if (className) element.className = className;
  return element;
}

function show({verdict, checks, credential}, name) {
  const place = document.getElementById('result');
  const sound = verdict === 'verified';
  place.replaceChildren(made('h2', name), made('p', WORDS[verdict], `verdict ${sound ? 'good' : verdict === 'cannot-tell' ? 'open' : 'bad'}`));
  place.dataset.verdict = verdict;
  const signed = checks.some(one => one.name === 'Signature' && one.state === 'ok');
  if (signed) {
    const facts = made('dl', '', 'ids');
    const until = credential.validUntil ?? 'no end';
    for (const [term, text] of [['Badge', credential.credentialSubject.achievement.name], ['Issuer', known.name],
      ['Awarded', credential.awardedDate ?? credential.validFrom], ['Valid until', until]])
      facts.append(made('dt', term), made('dd', text));
    place.append(facts);
  }
  const list = made('ul', '', 'checks');
  for (const one of checks) {
    const item = made('li', '');
    item.append(made('strong', `${one.name}: ${SIGNS[one.state]}. `), one.detail);
    list.append(item);
  }
  place.append(list);
  place.focus();
}

async function take(file) {
  const email = document.getElementById('email').value.trim();
  const content = file.size > LONGEST ? 'x'.repeat(LONGEST + 1) : await file.text();
  show(await verify(content, email, Date.now()), file.name);
}

const input = document.getElementById('file');
const drop = document.getElementById('drop');
input.addEventListener('change', () => input.files[0] && take(input.files[0]));
drop.addEventListener('dragover', event => { event.preventDefault(); drop.classList.add('over'); });
drop.addEventListener('dragleave', () => drop.classList.remove('over'));
drop.addEventListener('drop', event => {
  event.preventDefault();
  drop.classList.remove('over');
  if (event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
});
