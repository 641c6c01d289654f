/** Names and places for the invented people of the demo. The people do not exist; the places do. */

/** First, middle (where there is one) and last name. */
export const names: readonly (readonly [first: string, middle: string, last: string])[] = `
  José Luis Hernández | Linh Nguyễn | Siobhán Mary O’Brien | Renée D'Arcy | Marcus Whitfield
  Aaliyah Simone Freeman | Tomasz Wiśniewski | Grace Eun Park | Oluwaseun Adeyemi | Hannah Lindqvist
  Rafael Antonio Morales | Priya Raghunathan | Dmitri Volkov | Beatriz Araújo | Wendell Jerome Tate
  Mei Lin Chow | Fatima Haddad | Elliot James Pemberton | Noelani Kealoha | Jürgen Baumgartner
  Camille Thérèse Boudreaux | Kwame Mensah | Ingrid Sørbø | Terrence O'Neil | Yuki Tanabe
  Rosalind Faye Cartwright | Amir Hosseinpour | Zoë Castellanos | Caleb Nathaniel Stroud | Valentina Restrepo
  Declan Murtagh | Imani Rose Gadsden | Stanisław Kowalczyk | Leilani Kahananui | Arjun Venkatesan
  Margit Szabó | Percival Hugh Lockwood | Thuỷ Trần | Ana Lucía Villanueva | Björn Hallgrímsson
  Desmond Okafor | Eleni Papadakis | Roscoe Dean Tillman | Sunita Bhattarai | Mateo Quiñones
  Philippa Jane Ashdown | Hiroshi Nakagawa | Nadia Benkirane | Clyde Everett Marsh | Solveig Brekke
  Ignacio Peña | Tamsin Treloar | Abebe Girma | Marguerite Anne LaFleur | Wojciech Nowicki
  Delphine Rousseau | Jamal Andre Whitaker | Ximena Ordóñez | Fergus MacAllister | Keiko Marie Shimizu
  Leopold Grünwald | Aroha Ngata | Dariusz Zieliński | Bernadette Joy Fontenot | Suresh Iyer
  Gwendolyn Ruth Abernathy | Håkon Lindstrøm | Chidinma Eze | Orlando Vásquez | Maeve O'Sullivan
  Quentin Dale Rutherford | Saoirse Gallagher | Emeka Nwosu | Lourdes Marisol Ibáñez | Viktor Petrov
  Annika Söderberg | Tobias Reed Hollander | Nguyệt Phạm | Cornelius Braithwaite | Paloma Inés Duarte
  Rohan Mehrotra | Florence May Winslow | Andrzej Dąbrowski | Kalea Akana | Bertrand Lévesque
  Shanice Denise Holloway | Jakub Černý | Minh Anh Võ | Adelaide Crowther | Ebenezer Boateng
  Lucienne D’Amboise | Otis Ray Pruitt | Hye Jin Seo | Salvador Zúñiga | Winifred Oakes
  Aurelio Benítez | Thandiwe Dlamini | Harriet Lou Beckwith | Nils Ekström | Consuelo Trujillo
`
  .split(/[|\n]/)
  .map((entry) => entry.trim())
  .filter((entry) => entry !== '')
  .map((entry) => entry.split(' '))
  .map((parts) => [parts[0] ?? '', parts.slice(1, -1).join(' '), parts.at(-1) ?? '']);

export interface City {
  readonly city: string;
  readonly state: string;
  readonly zip: string;
  /** The area code of its telephones. */
  readonly area: string;
}

export const cities: readonly City[] = `
  Portland, ME, 04101, 207 | Burlington, VT, 05401, 802 | Albany, NY, 12207, 518 | Brooklyn, NY, 11201, 718
  Philadelphia, PA, 19103, 215 | Baltimore, MD, 21201, 410 | Washington, DC, 20001, 202
  Richmond, VA, 23220, 804 | Raleigh, NC, 27601, 919 | Atlanta, GA, 30303, 404 | Savannah, GA, 31401, 912
  Miami, FL, 33130, 305 | Nashville, TN, 37203, 615 | Columbus, OH, 43215, 614 | Detroit, MI, 48226, 313
  Chicago, IL, 60607, 312 | Madison, WI, 53703, 608 | Minneapolis, MN, 55401, 612
  Des Moines, IA, 50309, 515 | Saint Louis, MO, 63101, 314 | New Orleans, LA, 70112, 504
  Austin, TX, 78701, 512 | El Paso, TX, 79901, 915 | Denver, CO, 80202, 303 | Santa Fe, NM, 87501, 505
  Phoenix, AZ, 85004, 602 | Salt Lake City, UT, 84101, 801 | Boise, ID, 83702, 208 | Seattle, WA, 98101, 206
  Eugene, OR, 97401, 541 | Oakland, CA, 94612, 510 | San Diego, CA, 92101, 619 | Honolulu, HI, 96813, 808
  Anchorage, AK, 99501, 907 | San Juan, PR, 00901, 787
`
  .split(/[|\n]/)
  .map((entry) => entry.trim())
  .filter((entry) => entry !== '')
  .map((entry) => {
    const [city = '', state = '', zip = '', area = ''] = entry.split(', ');
    return { city, state, zip, area };
  });

export const streets: readonly string[] =
  'Juniper St.|Harbor View Dr.|Orchard Ln.|Franklin Ave.|Mill Pond Rd.|Sycamore Ct.|Foundry St.|Prospect Ave.|Chestnut St.|Old Ferry Rd.|Larkspur Ln.|Granite St.|Meadowbrook Dr.|Cannery Row|Linden Ave.|N. 4th St.|Stonebridge Rd.|Magnolia Blvd.|Quarry Hill Rd.'.split(
    '|',
  );

/** Addresses outside the United States, which have no verdict. */
export const foreignAddresses = [
  {
    street: '88 Queens Quay W.',
    street2: 'Unit 1504',
    city: 'Toronto',
    state: 'ON',
    zip_code: 'M5J 0B8',
    country: 'CA',
  },
  {
    street: 'Rua Augusta 1420',
    street2: 'Apto 71',
    city: 'São Paulo',
    state: 'SP',
    zip_code: '01304-001',
    country: 'BR',
  },
  {
    street: '14 Tooley St.',
    street2: '',
    city: 'London',
    state: 'Greater London',
    zip_code: 'SE1 2TF',
    country: 'GB',
  },
  {
    street: 'Calle Morelos 215',
    street2: '',
    city: 'Guadalajara',
    state: 'JAL',
    zip_code: '44100',
    country: 'MX',
  },
  {
    street: 'Torstraße 61',
    street2: 'Hinterhaus',
    city: 'Berlin',
    state: 'Berlin',
    zip_code: '10119',
    country: 'DE',
  },
] as const;
