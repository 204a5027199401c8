import { blur } from './blur.js';
import { createCanvas, paint, type Canvas } from './canvas.js';
import { between } from './chance.js';
import { disc } from './disc.js';
import { enlarge } from './enlarge.js';
import { paintFoliage } from './foliage.js';
import { anywhere, type World } from './world.js';

/** What lies far behind, out of focus: leaves at two depths, sky shining through. Painted small, since it is blurred. */
export function paintBackdrop(world: World): void {
  const { width, height } = world.canvas;
  const far = reduced(world, createCanvas(Math.ceil(width / 4), Math.ceil(height / 4)));
  paintThicket(far);
  paintFoliage(far, { count: 50, length: [60, 120], brightness: [0.35, 0.95] });
  paintSkyGaps(far);
  blur(far.canvas, 9 * far.unit);
  const middle = reduced(world, enlarge(far.canvas, Math.ceil(width / 2), Math.ceil(height / 2)));
  paintFoliage(middle, { count: 30, length: [60, 120], brightness: [0.5, 0.75] });
  blur(middle.canvas, 2.5 * middle.unit);
  world.canvas.rgb.set(enlarge(middle.canvas, width, height).rgb);
}

function reduced(world: World, canvas: Canvas): World {
  return { ...world, canvas, unit: (world.unit * canvas.width) / world.canvas.width };
}

/** Patches of light and dark green. */
function paintThicket({ canvas, noise, species, unit }: World): void {
  for (let y = 0, at = 0; y < canvas.height; y++) {
    for (let x = 0; x < canvas.width; x++) {
      const brightness = 0.525 + 0.375 * noise(x / (90 * unit), y / (90 * unit));
      for (let channel = 0; channel < 3; channel++) canvas.rgb[at++] = species.leaf[channel]! * brightness;
    }
  }
}

function paintSkyGaps(world: World): void {
  const { canvas, random, unit } = world;
  for (let i = random.integer(4, 12); i > 0; i--) {
    const [x, y] = anywhere(world);
    paint(canvas, disc(x, y, unit * between(random, 6, 16)), (_x, _y, colour) => {
      colour.set([0.75, 0.85, 0.7]);
    });
  }
}
