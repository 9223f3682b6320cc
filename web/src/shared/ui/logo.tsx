/** The product's mark, in the colour of the text around it. */
export function Logo({ className }: { className?: string }) {
  return (
    <svg
      viewBox="10 12 48 42"
      fill="none"
      stroke="currentColor"
      strokeWidth="6.5"
      strokeLinecap="round"
      aria-hidden
      className={className}
    >
      <path d="M16 49C16 30 22 18 33 18C41 18 41 26 47 26C50 26 52 24 53 21" />
      <path d="M19 39C26 33 31 34 35 38C38 41 42 41 45 38" opacity="0.55" />
    </svg>
  );
}
