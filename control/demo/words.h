// Words that the demos' names are made of.
#pragma once

#include <array>
#include <string_view>

namespace pgspan::control {

using Words = std::array<std::string_view, 24>;

inline constexpr Words kFirstNames{"Ada",   "Bruno", "Clara", "Dmitri", "Elena", "Farid",
                                   "Greta", "Hugo",  "Ines",  "Jonas",  "Keiko", "Leon",
                                   "Mara",  "Nils",  "Olga",  "Pavel",  "Quinn", "Rosa",
                                   "Samir", "Tilda", "Ugo",   "Vera",   "Wim",   "Yara"};
inline constexpr Words kLastNames{"Almeida", "Berger", "Castro",  "Dubois", "Eriksen",  "Fontana",
                                  "Gruber",  "Haas",   "Ivanova", "Jansen", "Kowalski", "Lindt",
                                  "Moreau",  "Novak",  "Okafor",  "Petrov", "Quist",    "Rossi",
                                  "Silva",   "Tanaka", "Ullman",  "Varga",  "Weber",    "Zhang"};
inline constexpr Words kAdjectives{"Amber",  "Bold",   "Calm",  "Distant", "Early", "Fearless",
                                   "Golden", "Hidden", "Icy",   "Jolly",   "Keen",  "Lunar",
                                   "Mighty", "Nimble", "Open",  "Patient", "Quiet", "Rapid",
                                   "Silver", "Tidal",  "Urban", "Vivid",   "Wild",  "Young"};
inline constexpr Words kNouns{"Anchor", "Beacon",  "Comet",  "Dolphin", "Ember",  "Falcon",
                              "Garden", "Harbour", "Island", "Jaguar",  "Kite",   "Lantern",
                              "Meadow", "Nomad",   "Orchid", "Pioneer", "Quarry", "River",
                              "Summit", "Thunder", "Umbra",  "Voyager", "Willow", "Zephyr"};
inline constexpr Words kGoods{"Backpack", "Bicycle",  "Blanket", "Bottle", "Camera",   "Candle",
                              "Chair",    "Clock",    "Compass", "Desk",   "Guitar",   "Hammock",
                              "Jacket",   "Kettle",   "Lamp",    "Mirror", "Notebook", "Pan",
                              "Radio",    "Scissors", "Table",   "Tent",   "Umbrella", "Vase"};
inline constexpr Words kCities{"Aarhus",  "Bergen", "Cádiz",   "Dresden", "Essen",   "Faro",
                               "Gdańsk",  "Haifa",  "Izmir",   "Jena",    "Kraków",  "Lyon",
                               "Malmö",   "Nantes", "Oulu",    "Porto",   "Quito",   "Riga",
                               "Sevilla", "Turin",  "Uppsala", "Varna",   "Wrocław", "Zagreb"};

}  // namespace pgspan::control
