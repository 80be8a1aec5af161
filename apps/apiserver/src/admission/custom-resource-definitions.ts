import { loadDefinitionRules } from '../custom-resources/definition-rules.ts';
import type { AdmissionPlugin } from './chain.ts';

/** Refuses nothing by itself: validation, which comes later and does not wait, needs what is loaded here. */
export const customResourceDefinitionRules: AdmissionPlugin = {
  name: 'CustomResourceDefinitionRules',
  concerns: ['apiextensions.k8s.io/customresourcedefinitions'],
  async mutate({ served, operation }) {
    if (operation === 'DELETE' || served.resource.plural !== 'customresourcedefinitions') return;
    await loadDefinitionRules();
  },
};
