/** The product's mark, in the colour of the text around it. The icons in public/icons have the same strokes. */
export function Logo({ className }: { className?: string | undefined }) {
  return (
    <svg
      viewBox="10 12 48 42"
      fill="none"
      stroke="currentColor"
      strokeWidth="7"
      strokeLinecap="round"
      aria-hidden="true"
      className={className}
    >
      <path d="M18.5 41C25 32.5 31 32.5 36 37C40 40.5 44 40 46.5 36" opacity="0.55" />
      <path d="M17.5 50C15.5 28 22 16.5 32.5 16.5C41.5 16.5 41 25 47.5 25C51 25 52.5 22 53 19.5" />
    </svg>
  );
}
