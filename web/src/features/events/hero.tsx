// The first line of the site: a dark hall, rows of seats, a few of them taken by the light.
const ROWS = 7;
const FIRST_RADIUS = 70;
const ROW_STEP = 27;
const SEAT_STEP = 22;
/** Two seats side by side are lit, as row and place from the left. */
const LIT = new Set(["2-10", "2-11"]);

export function Hero() {
  return (
    <header className="relative isolate overflow-hidden rounded-3xl bg-stage px-5 py-8 text-on-stage sm:px-10 sm:py-12">
      <HallOfSeats />
      <h1 className="max-w-xl text-[clamp(2rem,1.3rem+2.8vw,3.25rem)] leading-[1.05] font-bold tracking-tight">
        The very seat you want.
      </h1>
      <p className="mt-3 max-w-md text-on-stage/85">
        Every map here is live: what you see free is free, and what you choose is yours while you
        decide.
      </p>
    </header>
  );
}

function HallOfSeats() {
  return (
    <svg
      viewBox="0 0 480 260"
      preserveAspectRatio="xMaxYMax slice"
      aria-hidden="true"
      className="absolute inset-y-0 right-0 -z-10 h-full w-full [mask-image:linear-gradient(to_left,black_45%,transparent)] opacity-35 sm:w-3/5 sm:opacity-100"
    >
      {seats().map(({ key, x, y, lit, faint }) => (
        <circle
          key={key}
          cx={x}
          cy={y}
          r={lit ? 8 : 6.5}
          fill={lit ? "#35bd95" : "#f7f2e8"}
          fillOpacity={lit ? 1 : faint}
        />
      ))}
    </svg>
  );
}

function seats() {
  return Array.from({ length: ROWS }, (_, row) => {
    const radius = FIRST_RADIUS + row * ROW_STEP;
    const count = Math.floor((radius * Math.PI * 0.94) / SEAT_STEP);
    return Array.from({ length: count }, (_, place) => {
      const angle = Math.PI * (0.03 + (0.94 * (place + 0.5)) / count);
      const key = `${row}-${place}`;
      return {
        key,
        x: Math.round(260 - Math.cos(angle) * radius * 1.05),
        y: Math.round(272 - Math.sin(angle) * radius),
        lit: LIT.has(key),
        faint: 0.34 - row * 0.035,
      };
    });
  }).flat();
}
