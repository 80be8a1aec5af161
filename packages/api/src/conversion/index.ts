export { autoscalerFromV1, autoscalerToV1, keepAutoscalerAnnotations } from './horizontal-pod-autoscaler.ts';
