/** One far light (the sun, or a bright part of the sky) and the sky all around. */
export interface Light {
  /** Unit vector towards the light: x right, y down, z towards the camera. */
  readonly direction: readonly [number, number, number];
  readonly sun: number;
  readonly sky: number;
}

/** Share of the light that a surface with this unit normal throws back, sky from above included. */
export function diffuse({ direction, sun, sky }: Light, nx: number, ny: number, nz: number): number {
  const facing = nx * direction[0] + ny * direction[1] + nz * direction[2];
  return sun * Math.max(0, facing) + sky * (0.75 - 0.25 * ny);
}
