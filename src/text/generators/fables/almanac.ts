import type { LexiconEntry, Rules } from '../grammar.js';
import { withArticle, words } from './words.js';

/* Time and number. The weather depends on the season, and so do the months that may follow. */

const season = (weather: string, months: string): LexiconEntry => ({
  weather: words(weather),
  aWeather: words(weather).map(withArticle),
  month: words(months),
});

const seasons = [
  season('cold icy dark frosty', 'December January February'),
  season('wet mild cool windy', 'March April May'),
  season('hot dry warm sunny', 'June July August'),
  season('grey damp foggy misty', 'September October November'),
];

/** Numbers, each with its half. */
const even = words('four/two six/three eight/four ten/five twelve/six').map((pair) => {
  const [name, half] = pair.split('/') as [string, string];
  return { name, half };
});

export const almanac = { season: seasons, even };

export const time: Rules = {
  opening: [
    [3, 'One {season = season}{season.weather} {season.month} {daytime}'],
    [2, '{Late} on {season = season}{season.aWeather} {season.month} {daytime}'],
    [1, 'On {weekday} {evening}'],
  ],
  Late: words('Late Early'),
  daytime: words('day morning evening afternoon'),
  evening: words('morning afternoon evening night'),
  weekday: words('Monday Tuesday Wednesday Thursday Friday Saturday Sunday'),
  anyMonth: words('January February March April May June July August September October November December'),
  many: words('two three four five six seven eight nine ten eleven twelve'),
};
