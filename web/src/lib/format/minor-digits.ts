// How many digits of an amount come after the point. The server's table (`money.rs`), not the
// browser's: they differ for some currencies (forint, dinar), and a price must never be off by 100.

const WHOLE = new Set("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(" "));
const THOUSANDTHS = new Set("BHD IQD JOD KWD LYD OMR TND".split(" "));

/** 2 for euros, none for yen, 3 for dinars. */
export function minorDigits(currency: string): number {
  if (WHOLE.has(currency)) return 0;
  return THOUSANDTHS.has(currency) ? 3 : 2;
}
