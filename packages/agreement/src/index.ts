export { differences, type Owner, query, undelivered } from './databases.ts';
export { topicFaults } from './topics.ts';
