import assert from "node:assert/strict";
import { test } from "node:test";

import { pathOf, rasterOf } from "../../../ganzoo/site/web/classifier/strokes.js";

const SIDE = 100; // a line is 12 wide
const bar = [
  [0.5, 0.2],
  [0.5, 0.6],
];

/** The rows of a raster. */
const rowsOf = ({ ink, width }) =>
  Array.from({ length: ink.length / width }, (_, y) => [...ink.slice(y * width, (y + 1) * width)]);
const sum = (values) => values.reduce((a, b) => a + b, 0);

test("a line has a pen's width in parts of the digit, wherever and however large it was drawn", () => {
  const rows = rowsOf(rasterOf([bar], SIDE));
  assert.equal(rows.length, SIDE);
  for (const row of rows.slice(20, 80)) assert.ok(Math.abs(sum(row) - 12) < 0.01, `${sum(row)}`);
  // a round line: its ends are half circles
  const area = 12 * 88 + Math.PI * 6 ** 2;
  assert.ok(Math.abs(sum(rows.flat()) - area) < 2, `${sum(rows.flat())}, not ${area}`);
  const other = rowsOf(rasterOf([bar.map(([x, y]) => [0.1 + x / 4, 0.3 + y / 4])], SIDE));
  other.flat().forEach((value, i) => assert.ok(Math.abs(value - rows.flat()[i]) < 1e-5));
});

test("what crosses is no darker than ink, and lifting the pen leaves a gap", () => {
  const cross = rasterOf(
    [
      bar,
      [
        [0.3, 0.4],
        [0.7, 0.4],
      ],
    ],
    SIDE,
  );
  assert.equal(Math.max(...cross.ink), 1);
  assert.equal(cross.width, SIDE);
  assert.equal(rowsOf(cross)[10][10], 0);
  assert.equal(rowsOf(cross)[50][50], 1);
  const apart = rowsOf(rasterOf([[[0.5, 0.1]], [[0.5, 0.9]]], SIDE));
  assert.equal(sum(apart[50]), 0);
  assert.ok(sum(apart[6]) > 11 && sum(apart[93]) > 11);
});

test("a dot stays one, and nothing is nothing", () => {
  const { ink, width } = rasterOf([[[0.5, 0.5]]], SIDE);
  assert.equal(width, 12);
  assert.ok(Math.abs(sum(ink) - Math.PI * 6 ** 2) < 2);
  assert.equal(rasterOf([], SIDE).ink.length, 0);
});

test("a hundred thousand points are drawn", () => {
  const long = Array.from({ length: 1e5 }, (_, i) => [0.5 + 0.4 * Math.cos(i / 1e4), 0.5 + 0.4 * Math.sin(i / 1e4)]);
  assert.equal(rasterOf([long], 56).width, 56);
});

test("a path goes through the ends and smoothly past the points between", () => {
  const stroke = [
    [0, 0],
    [0.5, 0],
    [0.5, 0.5],
  ];
  const dot = [[0.25, 1]];
  assert.equal(pathOf([stroke, dot]), "M0.00 0.00Q50.00 0.00 50.00 25.00L50.00 50.00M25.00 100.00L25.00 100.00");
  assert.equal(pathOf([]), "");
});
