// Rows of seats around a stage, as the ground of the page's head. Decoration only.
const ROWS = [86, 106, 126, 146, 166, 186];

export function StageLights() {
  return (
    <svg
      viewBox="0 0 400 200"
      preserveAspectRatio="xMaxYMid slice"
      aria-hidden="true"
      className="absolute inset-y-0 right-0 -z-10 h-full w-1/2 opacity-15"
    >
      {ROWS.map((radius, row) => (
        <path
          key={radius}
          d={`M${400 - radius} 210 A${radius} ${radius} 0 0 1 400 ${210 - radius}`}
          fill="none"
          stroke="#f7f2e8"
          strokeOpacity={0.75 - row * 0.11}
          strokeWidth="7"
          strokeLinecap="round"
          strokeDasharray="0 13"
        />
      ))}
    </svg>
  );
}
