/** The reason for which a promise rejects. */
export const errorOf = async (work: Promise<unknown>): Promise<unknown> => {
  const [outcome] = await Promise.allSettled([work]);
  return outcome?.status === 'rejected' ? outcome.reason : 'it did not reject';
};
