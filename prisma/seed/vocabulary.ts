/** The words that Broxiva's data are made of. */

const list = (text: string): readonly string[] => text.trim().split(/,\s*/);

export const FIRST_NAMES = list(`
  Ada, Amara, Arjun, Beatriz, Chen, Clara, Dmitri, Elena, Emeka, Fatima, Finn, Grace, Hana, Hugo, Ines, Ivan, Jamal,
  Johanna, Kenji, Layla, Liam, Lucia, Mateo, Mei, Nadia, Noah, Olivia, Omar, Priya, Rafael, Rosa, Sanne, Sofia,
  Tariq, Theo, Uma, Viktor, Wei, Yara, Zoe
`);

export const LAST_NAMES = list(`
  Abebe, Almeida, Andersson, Bakker, Bauer, Carvalho, Chowdhury, Costa, Diallo, Dubois, Evans, Ferrari, Fischer,
  Garcia, Gupta, Hansen, Haddad, Ito, Jansen, Johnson, Kim, Kowalski, Larsen, Lindqvist, Lopez, Martin, Meyer,
  Moreau, Nakamura, Nguyen, Novak, Okafor, Patel, Petrov, Rossi, Santos, Schmidt, Silva, Tanaka, Weber
`);

export interface Place {
  city: string;
  region: string | null;
  postalCode: string;
  countryCode: string;
  locale: string;
}

export const PLACES: readonly Place[] = [
  { city: 'Portland', region: 'OR', postalCode: '97205', countryCode: 'US', locale: 'en' },
  { city: 'Austin', region: 'TX', postalCode: '78701', countryCode: 'US', locale: 'en' },
  { city: 'Chicago', region: 'IL', postalCode: '60607', countryCode: 'US', locale: 'en' },
  { city: 'Toronto', region: 'ON', postalCode: 'M5V 2T6', countryCode: 'CA', locale: 'en' },
  { city: 'London', region: null, postalCode: 'SE1 9GF', countryCode: 'GB', locale: 'en' },
  { city: 'Leeds', region: null, postalCode: 'LS1 4DY', countryCode: 'GB', locale: 'en' },
  { city: 'Berlin', region: null, postalCode: '10115', countryCode: 'DE', locale: 'de' },
  { city: 'Hamburg', region: null, postalCode: '20457', countryCode: 'DE', locale: 'de' },
  { city: 'Lyon', region: null, postalCode: '69002', countryCode: 'FR', locale: 'fr' },
  { city: 'Utrecht', region: null, postalCode: '3511 LX', countryCode: 'NL', locale: 'nl' },
  { city: 'Valencia', region: null, postalCode: '46002', countryCode: 'ES', locale: 'es' },
  { city: 'Melbourne', region: 'VIC', postalCode: '3000', countryCode: 'AU', locale: 'en' },
];

export const STREETS = list(`
  Alder Street, Bridge Road, Canal Walk, Chapel Lane, Dock Street, Elm Avenue, Foundry Yard, Harbour Way, Lock Lane,
  Market Square, Mill Road, Orchard Close, Quay Street, Station Road, Towpath, Weir Gardens
`);

export const BRANDS = list(`
  Aldersea, Arkwright, Bellweather, Birchline, Brightwater, Calder & Co, Copperfold, Dunmore, Eastlight, Fernhill,
  Fjordgear, Graywick, Halden, Harrow Works, Ironbridge, Juniper Lane, Kestrel, Kindling, Larkspur, Lumen Nord,
  Maplewood, Marlowe, Northbeam, Oakmoor, Pebble, Quillon, Redfern, Saltmarsh, Sorrel, Stonecrop, Tamarack, Tidewell,
  Umber, Vantage, Westering, Wrenfield
`);

export interface Department {
  name: string;
  shelves: readonly { name: string; goods: readonly string[] }[];
}

export const DEPARTMENTS: readonly Department[] = [
  {
    name: 'Kitchen',
    shelves: [
      { name: 'Cookware', goods: ['Skillet', 'Saucepan', 'Stockpot', 'Casserole'] },
      { name: 'Knives', goods: ["Chef's Knife", 'Paring Knife', 'Bread Knife'] },
      { name: 'Coffee & Tea', goods: ['Pour-Over Set', 'Teapot', 'Coffee Grinder', 'Kettle'] },
    ],
  },
  {
    name: 'Home',
    shelves: [
      { name: 'Bedding', goods: ['Duvet Cover', 'Pillowcase', 'Wool Blanket'] },
      { name: 'Lighting', goods: ['Desk Lamp', 'Pendant Light', 'Floor Lamp'] },
      { name: 'Storage', goods: ['Basket', 'Shelf Bracket', 'Wall Hook'] },
    ],
  },
  {
    name: 'Electronics',
    shelves: [
      { name: 'Audio', goods: ['Headphones', 'Bluetooth Speaker', 'Turntable'] },
      { name: 'Computer Accessories', goods: ['Mechanical Keyboard', 'Webcam', 'Docking Station'] },
      { name: 'Wearables', goods: ['Fitness Band', 'Smart Watch'] },
    ],
  },
  {
    name: 'Outdoor',
    shelves: [
      { name: 'Camping', goods: ['Two-Person Tent', 'Sleeping Bag', 'Camp Stove'] },
      { name: 'Cycling', goods: ['Pannier', 'Bike Light', 'Helmet'] },
      { name: 'Garden', goods: ['Secateurs', 'Watering Can', 'Planter'] },
    ],
  },
  {
    name: 'Clothing',
    shelves: [
      { name: 'Outerwear', goods: ['Rain Jacket', 'Down Vest', 'Wool Coat'] },
      { name: 'Shoes', goods: ['Trail Runner', 'Chelsea Boot', 'Canvas Sneaker'] },
      { name: 'Accessories', goods: ['Merino Beanie', 'Leather Belt', 'Scarf'] },
    ],
  },
  {
    name: 'Children',
    shelves: [
      { name: 'Toys', goods: ['Building Blocks', 'Wooden Train', 'Puzzle'] },
      { name: 'School', goods: ['Backpack', 'Pencil Case', 'Lunch Box'] },
    ],
  },
];

export const QUALITIES = list(`
  Classic, Compact, Essential, Everyday, Heritage, Lightweight, Studio, Trail
`);
export const COLOURS = list(`
  Black, Clay, Forest, Ivory, Navy, Ochre, Slate, Stone
`);
export const TAGS = list(`
  bestseller, eco, gift, handmade, new, organic, outlet, vegan
`);

export const REVIEW_TITLES = [
  'Just right',
  'Better than expected',
  'Does the job',
  'Would buy again',
  'Not for me',
] as const;
export const REVIEW_BODIES = [
  'Arrived on time and well packed. In use every day since.',
  'Solid for the price, though the colour is a little darker than in the pictures.',
  'Exactly as described. The seller answered my question within the hour.',
  'Fine, but I had hoped for better finishing along the edges.',
  'A present for my brother, who has not put it down.',
] as const;

export const SEARCHES = list(`
  cast iron skillet, desk lamp, rain jacket women, headphones, wooden train, pannier waterproof, merino,
  tent 2 person, gift under 50, coffee grinder, wool blanket, trail shoes
`);

export const TICKET_SUBJECTS = [
  'Where is my order?',
  'Item arrived damaged',
  'Wrong size delivered',
  'I need an invoice with our VAT number',
  'Cannot apply my coupon',
  'Please change the delivery address',
] as const;

export const QUESTIONS = [
  'Does it come with a warranty?',
  'Is the lid oven-safe?',
  'How does the sizing run?',
  'Is it made from recycled material?',
] as const;

export const USER_AGENTS = [
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36',
  'Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0',
] as const;
