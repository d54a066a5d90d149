#include "common/csv.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <sstream>

#include "apps/run.hpp"
#include "common/bad_input.hpp"
#include "common/input.hpp"
#include "common/table.hpp"
#include "support/says.hpp"

using namespace apps;

namespace {

/// All fields of all rows.
std::vector<std::vector<std::string>> rows_of(const std::string& text) {
  std::istringstream in(text);
  CsvReader reader(in, "t.csv");
  std::vector<std::vector<std::string>> rows{reader.header()};
  while (reader.next()) {
    rows.emplace_back();
    for (std::size_t i = 0; i < reader.header().size(); ++i)
      rows.back().emplace_back(reader.field(i));
  }
  return rows;
}

double number_of(const std::string& field) {
  std::istringstream in("a,b\n0,\"" + field + "\"\n");
  CsvReader reader(in, "t.csv");
  reader.next();
  return reader.number(1);
}

using Rows = std::vector<std::vector<std::string>>;

}  // namespace

BOOST_AUTO_TEST_SUITE(csv)

BOOST_AUTO_TEST_CASE(forms_that_mean_the_same) {
  const Rows wanted = {{"a", "b"}, {"1", "2"}, {"3", "4"}};
  for (const char* text :
       {"a,b\n1,2\n3,4\n", "a,b\n1,2\n3,4", "a,b\r\n1,2\r\n3,4\r\n", "a,b\r1,2\r3,4\r",
        "\xEF\xBB\xBF"
        "a,b\n1,2\n3,4\n",
        "\"a\",\"b\"\n\"1\",2\n3,\"4\"\n", " a ,b\t\n1,2\n3,4\n", "a,b\n1,2\n3,4\n\n\r\n\n",
        "\xEF\xBB\xBF\"a\",b\r\n1,2\r\n3,4", "a;b\n1;2\n3;4\n", "a\tb\r\n1\t2\r\n3\t4\r\n",
        "\"a\";b\n1;2\n3;4\n"})
    BOOST_TEST_CONTEXT(text) { BOOST_TEST((rows_of(text) == wanted)); }
}

BOOST_AUTO_TEST_CASE(delimiter_and_decimal_mark_are_found_out) {
  struct Row {
    const char* text;
    char delimiter;
    char decimal;
  };
  for (const Row& row :
       {Row{"a\n1\n", ',', '.'},
        {"a,b\n1,2\n", ',', '.'},
        {"a;b\n1,5;2\n", ';', ','},
        {"a;b\n1.5;2,5\n", ';', '.'},
        {"a;b\n1,234;2\n", ';', '.'},
        {"a\tb\n-1,25\t2\n", '\t', ','},
        // A comma in names or text is not the delimiter where another one is in every line.
        {"a, m;b, s;c\n1;2;3\n", ';', '.'},
        {"\"a,b,c\";d\n1;2\n", ';', '.'},
        {"a;b\n\"1,5\";2\n", ';', '.'},
        {"a,b\n\"1;5;7\",2\n", ',', '.'}})
    BOOST_TEST_CONTEXT(row.text) {
      std::istringstream in(row.text);
      const CsvFormat format = CsvReader(in, "t.csv").format();
      BOOST_TEST((format.delimiter == row.delimiter && format.decimal == row.decimal));
    }
}

BOOST_AUTO_TEST_CASE(decimal_commas) {
  for (const auto& [text, wanted] :
       {std::pair("1,5", 1.5), {"-,5", -0.5}, {"+2,5e3", 2500}, {"7", 7}}) {
    std::istringstream in("a;b\n0;" + std::string(text) + "\n");
    CsvReader reader(in, "t.csv", {';', ','});
    BOOST_TEST(reader.next());
    BOOST_TEST(reader.number(1) == wanted);
  }
}

BOOST_AUTO_TEST_CASE(kinds_of_fields) {
  struct Row {
    const char* field;
    char decimal;
    CellKind kind;
  };
  for (const Row& row : {Row{"1.5", '.', CellKind::Number},
                         {"", '.', CellKind::Missing},
                         {"NaN", '.', CellKind::NotFinite},
                         {"1e999", '.', CellKind::NotFinite},
                         {"red", '.', CellKind::Text},
                         {"2020-01-31", '.', CellKind::Text},
                         {"12.34.5", '.', CellKind::Text},
                         {"1.234.567", '.', CellKind::ForeignNumber},
                         {"1,234", '.', CellKind::ForeignNumber},
                         {"1'234'567.5", '.', CellKind::ForeignNumber},
                         {"1\xC2\xA0 234", '.', CellKind::Text},
                         {"-12\xE2\x80\xAF"
                          "345",
                          '.', CellKind::ForeignNumber},
                         {"1.5", ',', CellKind::ForeignNumber},
                         {"1.234,5", ',', CellKind::ForeignNumber},
                         {"a.b", ',', CellKind::Text}})
    BOOST_TEST_CONTEXT(row.field) {
      std::istringstream in("a;b\n0;\"" + std::string(row.field) + "\"\n");
      CsvReader reader(in, "t.csv", {';', row.decimal});
      BOOST_TEST(reader.next());
      double value = 0;
      BOOST_TEST((reader.read(1, value) == row.kind));
    }
}

BOOST_AUTO_TEST_CASE(the_first_column_may_have_no_name) {
  const Rows wanted = {{"", "b"}, {"r1", "2"}};
  BOOST_TEST((rows_of("\"\",b\nr1,2\n") == wanted));
  BOOST_TEST((rows_of(",b\nr1,2\n") == wanted));
}

BOOST_AUTO_TEST_CASE(long_files_go_through_the_buffer) {
  std::string text = "a,b\r\n";
  for (int i = 0; i < 12000; ++i) text += std::to_string(i) + ",\"x\"\"y\"\r\n";
  const Rows rows = rows_of(text);
  BOOST_REQUIRE(rows.size() == 12001U);
  BOOST_TEST(rows[11999][0] == "11998");
  BOOST_TEST(rows[12000][1] == "x\"y");
}

BOOST_AUTO_TEST_CASE(compressed_files) {
  // gzip of "x,y\n1,2\n2,4.5\n3,6\n".
  const std::string bytes(
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\xd0\xa9\xe4\x32\xd4\x31\xe2\x32\xd2\x31"
      "\xd1\x33\xe5\x32\xd6\x31\xe3\x02\x00\x4b\xea\xea\x50\x12\x00\x00\x00",
      38);
  const apps_test::Scratch scratch;
  const auto last_number = [](const std::string& file) {
    Input input(file, "--data");
    CsvReader reader(input.stream(), input.name());
    double last = 0;
    while (reader.next()) last = reader.number(1);
    return last;
  };
  try {
    BOOST_TEST(last_number(scratch.file("d.csv.gz", bytes)) == 6);
    BOOST_CHECK_EXCEPTION(last_number(scratch.file("e.csv.gz", bytes.substr(0, 25))), BadInput,
                          Says{"damaged or cut short"});
    BOOST_TEST(last_number(scratch.file("f.csv.gz", "x,y\n1,2\n")) == 2);  // Not compressed.
  } catch (const BadInput& e) {
    BOOST_TEST(std::string(e.what()).find("without zlib") != std::string::npos, e.what());
  }
  BOOST_CHECK_EXCEPTION(last_number(scratch.file("d.csv", bytes)), BadInput,
                        Says{"line 1, column 1: the file is compressed"});
}

BOOST_AUTO_TEST_CASE(quotes_protect_everything) {
  const Rows wanted = {{"a,b", "c \"d\""}, {"line\nbreak", ""}, {"", "x"}};
  BOOST_TEST((rows_of("\"a,b\",\"c \"\"d\"\"\"\n\"line\nbreak\",\n\"\",x\n") == wanted));
}

BOOST_AUTO_TEST_CASE(numbers) {
  BOOST_TEST(number_of("1.5") == 1.5);
  BOOST_TEST(number_of("+1.5e3") == 1500);
  BOOST_TEST(number_of("-.5") == -0.5);
  BOOST_TEST(number_of(" 7\t") == 7);
  BOOST_TEST(number_of("0.1") == 0.1);
  BOOST_TEST(number_of("5e-324") == std::numeric_limits<double>::denorm_min());
  BOOST_TEST(number_of("1e-400") == 0);
}

BOOST_AUTO_TEST_CASE(what_is_no_number_is_told_with_its_place) {
  for (const char* missing : {"", "  ", "NA", "n/a", "NULL", "None", "?", "."})
    BOOST_TEST_CONTEXT(missing) {
      BOOST_CHECK_EXCEPTION(number_of(missing), BadInput,
                            Says{"t.csv: line 2, column 2: the value is missing in 'b'"});
    }
  for (const char* text : {"abc", "1,5", "1.5x", "0x10", "--1", "+-1", "1 2", "+", "1e", "\x01"})
    BOOST_TEST_CONTEXT(text) {
      BOOST_CHECK_EXCEPTION(number_of(text), BadInput, Says{"is not a number in 'b'"});
    }
  for (const auto& [text, hint] : {std::pair("1,5", "give --decimal ','"),
                                   {"1,234.5", "thousands separators are not read"},
                                   {"1 234", "thousands separators are not read"},
                                   {"2024-01-31", "dates are not read"},
                                   {"1/31/24", "dates are not read"},
                                   {"31.1.2024 12:00", "dates are not read"}})
    BOOST_TEST_CONTEXT(text) { BOOST_CHECK_EXCEPTION(number_of(text), BadInput, Says{hint}); }
  for (const char* text : {"1.2.3", "12-34-56", "1-2", "2024", "2024-13", "1/2"})
    BOOST_TEST(!is_date(text), text);
  for (const char* text : {"inf", "-Infinity", "nan", "1e400", "-1e999"}) BOOST_TEST_CONTEXT(text) {
      BOOST_CHECK_EXCEPTION(number_of(text), BadInput, Says{"is not a finite number in 'b'"});
    }
}

BOOST_AUTO_TEST_CASE(broken_files_are_refused) {
  struct Row {
    const char* text;
    const char* says;
  };
  const Row rows[] = {
      {"", "t.csv: line 1, column 1: the file is empty"},
      {"\xEF\xBB\xBF", "line 1, column 1: the file is empty"},
      {"\n1,2\n", "line 1, column 1: there is no name"},
      {"\"\"\n1\n", "line 1, column 1: there is no name"},
      {"a;b\n1;2;3\n", "line 2, column 3: the row has 3 fields, the header has 2"},
      {"a,,c\n1,2,3\n", "line 1, column 2: there is no name"},
      {"\xFE\xFF", "line 1, column 1: the file is UTF-16"},
      {"a,\xE9,b\n", "line 1, column 2: '?' is not UTF-8"},
      {"a,b,a\n1,2,3\n", "line 1, column 3: the name 'a' is there twice"},
      {"a,b\n1,2\n3\n", "line 3, column 2: the row has 1 fields, the header has 2"},
      {"a,b\n1,2,3\n", "line 2, column 3: the row has 3 fields, the header has 2"},
      {"a,b\n1,2\n\n3,4\n", "line 3, column 1: the line is empty"},
      {"a,b\n1,\"2\n3,4\n", "line 2, column 2: the quote is not closed"},
      {"a,b\n\"1\"x,2\n", "line 2, column 1: there is text behind the closing quote"},
      {"a,b\n1,2\"\n", "line 2, column 2: there is a quote inside an unquoted field"},
      // A line break inside quotes counts.
      {"a,b\n\"x\ny\",2\n3\n", "line 4, column 2: the row has 1 fields"},
  };
  for (const Row& row : rows) BOOST_TEST_CONTEXT(row.text) {
      BOOST_CHECK_EXCEPTION(rows_of(row.text), BadInput, Says{row.says});
    }
}

BOOST_AUTO_TEST_CASE(messages_stay_on_one_line) {
  BOOST_CHECK_EXCEPTION(number_of("a\nb"), BadInput, Says{"'a?b' is not a number"});
  BOOST_TEST(in_quotes(std::string(200, 'x')) == "'" + std::string(60, 'x') + "...'");
}

BOOST_AUTO_TEST_CASE(what_is_written_can_be_read) {
  std::ostringstream out;
  write_csv_row(out, {"a", "b,c", "say \"so\"", ""});
  write_csv_row(out, {exact(0.1), exact(-1e300), exact(1.0 / 3), exact(std::nan(""))});
  BOOST_TEST(out.str() == "a,\"b,c\",\"say \"\"so\"\"\",\n0.1,-1e+300,0.3333333333333333,\n");
}

BOOST_AUTO_TEST_CASE(tables_are_flush) {
  TextTable table({"name", "value"});
  table.add({"x", number(1.0 / 3, 3)});
  table.add({"longer", number(std::nan(""), 3)});
  std::ostringstream out;
  table.write(out);
  BOOST_TEST(out.str() == "name    value\nx       0.333\nlonger      -\n");
}

BOOST_AUTO_TEST_CASE(long_tables_are_thinned) {
  BOOST_TEST(shown_rows(60).size() == 60U);
  const std::vector<std::size_t> rows = shown_rows(100001);
  BOOST_TEST(rows.size() <= 61U);
  BOOST_TEST(rows.front() == 0U);
  BOOST_TEST(rows[9] == 9U);
  BOOST_TEST(rows.back() == 100000U);
  BOOST_TEST(rows[rows.size() - 10] == 99991U);
}

BOOST_AUTO_TEST_SUITE_END()
