// What the page uses of three libraries; build.sh makes maps.js of it.
export { geoMercator, geoPath } from "d3-geo";
export { scaleBand, scaleLinear, scaleQuantize } from "d3-scale";
export { feature } from "topojson-client";
