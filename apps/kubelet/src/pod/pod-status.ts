/** How a pod's phase and conditions follow from its containers: for nodes that only pretend to run them. */
export { podConditions } from './conditions.ts';
export { podPhase } from './phase.ts';
