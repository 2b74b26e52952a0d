// What the verification page needs of jsonld.js: expansion in safe mode and RDF canonicalization, nothing from the network.
import jsonld from 'jsonld';

globalThis.canonicalForm = (document, contexts) =>
  jsonld.canonize(document, {
    algorithm: 'RDFC-1.0', format: 'application/n-quads', safe: true,
    documentLoader: async address => {
      if (!Object.hasOwn(contexts, address)) throw new Error(`The context ${address} is none of the pinned ones.`);
      return {contextUrl: null, documentUrl: address, document: contexts[address]};
    },
    signal: AbortSignal.timeout(5000),
  });
