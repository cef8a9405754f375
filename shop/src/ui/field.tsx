import type { InputHTMLAttributes } from "react";

interface FieldProps {
  name: string;
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  defaultValue: string;
  autoComplete: string;
  type?: string;
  inputMode?: InputHTMLAttributes<HTMLInputElement>["inputMode"];
  multiline?: boolean;
}

/** A labelled field that says what it wants, and what is wrong with what it has. */
export function Field({ name, label, hint, error, multiline, ...input }: FieldProps) {
  const described = [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(" ");
  const shared = {
    id: name,
    name,
    required: true,
    "aria-invalid": error ? true : undefined,
    "aria-describedby": described || undefined,
    ...input,
  };
  return (
    <div>
      <label htmlFor={name} className="mb-1.5 block font-semibold">
        {label}
      </label>
      {multiline ? (
        <textarea {...shared} rows={3} maxLength={300} className="field py-2.5 leading-relaxed" />
      ) : (
        <input {...shared} maxLength={100} className="field" />
      )}
      {hint && (
        <p id={`${name}-hint`} className="mt-1.5 text-sm text-muted">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${name}-error`} className="mt-1.5 text-sm font-semibold text-bad">
          {error}
        </p>
      )}
    </div>
  );
}
