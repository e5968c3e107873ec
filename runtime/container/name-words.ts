/** The words that generated names are made of. */

export const ADJECTIVES: readonly string[] = words(
  `agile amber ample apt arid autumn balmy bold brave brief bright brisk broad calm candid careful
  cheerful chilly civil clear clever coastal cool copper cosy crisp curious daring deep deft dewy
  distant eager early earnest easy even fair famous fast fearless fine firm fleet fond formal frank
  free fresh frosty gentle glad golden grand grassy green handy happy hardy hazy hearty hidden
  honest humble icy ideal idle jolly jovial keen kind lasting late lean level light little lively
  lofty loyal lucid lucky lunar mellow merry mild misty modest mossy neat nimble noble novel open
  orderly patient plain pleased polite proud prudent pure quick quiet rapid rare ready robust rosy
  round rugged sandy serene sharp shiny silent silver simple sleek slender smart smooth snowy sober
  soft solar solid spare spry stable starry steady still stout strong subtle sunny sure swift tall
  tame tender tidal tidy timely tranquil trim true upbeat valiant vast velvet vivid warm wary wide
  willing windy wise witty woven young zesty`,
);

export const NOUNS: readonly string[] = words(
  `acorn alder anchor antler apple arbor aspen badger bamboo barley basin bay beacon beaver beech
  birch bison bluff bramble breeze bridge brook cabin canyon cedar cherry cliff cloud clover comet
  condor coral cove crane creek cricket crocus curlew cypress daisy dale delta dolphin dove dune
  eagle egret elder elk elm ember falcon fern field finch fir fjord flint forest fox gale garnet
  gecko geyser ginger glacier glade grove gull harbor hare harvest hawk hazel heath heron hickory
  hill holly island ivy jasper jay juniper kestrel kite lagoon lake lantern larch lark laurel leaf
  ledge lichen lily linden lotus lynx magpie maple marsh marten meadow merlin mesa mint moor moss
  myrtle nectar newt oak oasis ocean olive orchard orchid osprey otter owl palm pebble pelican
  pepper petrel pine plover pond poplar prairie quail quarry quartz rabbit rain raven reed reef
  ridge river robin rowan sable sage salmon sequoia shore sparrow spring spruce starling stone
  stork stream summit swallow swan tarn teal thicket thistle thrush tide timber trout tulip tundra
  valley violet walnut warbler wave willow wren yarrow yew`,
);

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}
