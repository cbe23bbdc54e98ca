/** The version of AsyncAPI's Kafka bindings that the document uses. */
export const KAFKA_BINDING = '0.5.0';
