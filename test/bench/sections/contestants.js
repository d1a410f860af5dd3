'use strict';

const { ONE_HOT_LIMIT } = require('../cases/shapes');

/** Who runs a layer: ours first, since the others' values are compared with its own. */
function layerContestants({ node, torch }, { numTokens }, direction) {
  const make = (variant, worker, name, flags = {}) => ({ variant, worker, name: `${name} ${direction}`, ...flags });
  const compared = { compared: true };
  const rival = { compared: true, rival: true };
  return [
    make('ours', node, 'ours', compared),
    make('composed', node, 'composed', compared),
    ...(numTokens <= ONE_HOT_LIMIT ? [make('one-hot', node, 'oneHot', compared)] : []),
    make('floor', node, 'floor'),
    ...(torch === null
      ? []
      : [
          make('torch loop', torch, 'loop', rival),
          make('torch sorted', torch, 'sorted', rival),
          make('torch grouped', torch, 'grouped', rival),
          make('torch dense', torch, 'dense')
        ])
  ];
}

const DIRECTIONS = ['forward', 'both'];

/** "forward+backward" in rows and tables. */
function directionName(direction) {
  return direction === 'both' ? 'forward+backward' : direction;
}

module.exports = { DIRECTIONS, directionName, layerContestants };
