import { policy } from '../facts';

/** What a layer brings. */
module.exports = { policy: policy([{ minSeverity: 'HIGH' }]), exceptions: [] };
