import './toasts';
import './theme';
import './leaving';
import './forms';
import '../Features/Clock/clock';
import '../Features/Dashboard/chart';
import '../Features/Dashboard/dashboard';
import '../Features/Dashboard/roll';
import '../Features/Employees/Import/importFile';
import '../Features/Exports/downloads';
import '../Features/History/history';
import '../Features/History/places';
import '../Features/Login/dial';
import '../Features/Login/login';
import '../Features/Offline/install';
import '../Features/Offline/offline';
import '../Features/Recap/recap';
import { start } from './alpine';

// Of use on its own page only: phones don't carry it.
if (document.querySelector('[x-data="topology"]')) await import('../Features/Topology/topology');

document.documentElement.dataset.ready = '';
start();
