// Verify a badge by jose, and print what it says.
import { readFile } from 'node:fs/promises';
import { importJWK, jwtVerify } from 'jose';

const [badge, jwk] = await Promise.all(process.argv.slice(2, 4).map((name) => readFile(name, 'utf8')));
const key = await importJWK(JSON.parse(jwk), 'EdDSA');
const { payload } = await jwtVerify(badge, key, { algorithms: ['EdDSA'], typ: 'JWT' });
console.log(`${payload.iss}\n${payload.sub}`);
