'use strict';

const fs = require('fs');
const path = require('path');

const ROOT = path.join(__dirname, '..', '..', '..');

/** Routing counts of a real model that may lie beside the checkout, or null. */
function measuredCounts() {
  const folders = [process.env.SWITCHYARD_SHARED, path.join(ROOT, '../shared'), path.join(ROOT, '../../shared')];
  const files = folders.filter(Boolean).map((folder) => path.join(folder, 'data', 'olmoe-routing', 'counts.json'));
  const file = files.find((each) => fs.existsSync(each));
  if (file === undefined) {
    return null;
  }
  const records = JSON.parse(fs.readFileSync(file, 'utf8'));
  // The middle layer of OLMoE on code is the most uneven of those measured: MaxVio 5.2.
  return records.find(({ model, domain }) => model === 'OLMoE-1B-7B' && domain === 'github').counts[1];
}

/**
 * Share of the choices that each expert gets; [E], or null where the measured counts are not there. "skewed" follows the
 * curve of the measured counts, largest to smallest, stretched over E experts and shuffled in no way: the order of
 * experts does not matter to any contestant.
 */
function expertShares(routing, numExperts) {
  if (routing === 'uniform') {
    return new Array(numExperts).fill(1 / numExperts);
  }
  const counts = measuredCounts()?.sort((a, b) => b - a);
  if (counts === undefined) {
    return null;
  }
  const at = (expert) => counts[Math.floor(((expert + 0.5) / numExperts) * counts.length)];
  const chosen = Array.from({ length: numExperts }, (_, expert) => at(expert));
  const total = chosen.reduce((sum, count) => sum + count, 0);
  return chosen.map((count) => count / total);
}

module.exports = { expertShares };
