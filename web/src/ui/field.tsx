import { useId } from 'react';
import type { ReactNode } from 'react';

/** What a field's own element needs so that its help and its errors are read with it. */
export interface FieldProps {
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': boolean | undefined;
}

/** A field with its label, its help, and what is wrong with it, said at the field. */
export function Field({
  label,
  about,
  errors = [],
  children,
}: {
  readonly label: string;
  readonly about?: string;
  readonly errors?: readonly string[];
  readonly children: (props: FieldProps) => ReactNode;
}): ReactNode {
  const id = useId();
  const isSaid = about !== undefined || errors.length > 0;
  return (
    <div className="stack tight field-with-errors">
      <label className="field">
        {label}
        {children({ 'aria-describedby': isSaid ? id : undefined, 'aria-invalid': errors.length > 0 ? true : undefined })}
      </label>
      {isSaid && (
        <div id={id}>
          {about !== undefined && <small className="quiet">{about}</small>}
          {errors.map((error) => <p key={error} className="bad wrap" data-field-error="">{error}</p>)}
        </div>
      )}
    </div>
  ); // prettier-ignore
}
