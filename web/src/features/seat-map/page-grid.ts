// How map and panel share the page: side by side and as high as the window where there is room, one
// below the other on a phone.

export const PAGE_GRID =
  "mt-4 grid gap-4 lg:h-[max(32rem,calc(100dvh-16.5rem))] lg:grid-cols-[minmax(0,1fr)_23rem]";
