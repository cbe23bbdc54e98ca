/**
 * Options or a request whose optional members may also be undefined, which is as if they were left out. With
 * `exactOptionalPropertyTypes` the compiler would demand to leave them out.
 */
export type Optional<T> = T extends object
  ? { [Name in keyof T]: object extends Pick<T, Name> ? T[Name] | undefined : T[Name] }
  : T;
