// Digital Bazaar's verifier and signer for Verifiable Credentials, set up without any network: contexts come from the
// package's data, did:key documents are worked out, status lists are given.
import {readFileSync, readdirSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import * as didKey from '@digitalbazaar/did-method-key';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';

const FOLDER = fileURLToPath(new URL('../../data/badges/contexts/', import.meta.url));
const ADDRESSES = {
  'credentials-v2.json': 'https://www.w3.org/ns/credentials/v2',
  'ob-3.0.3.json': 'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json',
  'ob-extensions.json': 'https://purl.imsglobal.org/spec/ob/v3p0/extensions.json',
  'clr-2.0.1.json': 'https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json',
  'data-integrity-v2.json': 'https://w3id.org/security/data-integrity/v2',
  'multikey-v1.json': 'https://w3id.org/security/multikey/v1'
};
const contexts = new Map(readdirSync(FOLDER).filter(name => ADDRESSES[name])
  .map(name => [ADDRESSES[name], JSON.parse(readFileSync(FOLDER + name, 'utf8'))]));

const driver = didKey.driver();
driver.use({multibaseMultikeyHeader: 'z6Mk', fromMultibase: Ed25519Multikey.from});

export function loader(documents = {}) {
  return async url => {
    if(contexts.has(url)) {
      return {contextUrl: null, documentUrl: url, document: contexts.get(url)};
    }
    if(documents[url]) {
      return {contextUrl: null, documentUrl: url, document: documents[url]};
    }
    if(url.startsWith('did:key:')) {
      return {contextUrl: null, documentUrl: url, document: await driver.get({url})};
    }
    throw new Error(`Not known here: ${url}`);
  };
}

export const suite = signer => new DataIntegrityProof({signer, cryptosuite});
