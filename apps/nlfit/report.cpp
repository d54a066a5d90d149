#include "nlfit/report.hpp"

#include <algorithm>
#include <cmath>
#include <ostream>

#include "common/numbers.hpp"
#include "common/significance.hpp"
#include "common/table.hpp"

namespace apps::nlfit {
namespace {

using nlohmann::ordered_json;

constexpr int kDigits = 5;

void write_nist(std::ostream& out, const Report& r) {
  std::vector<std::string> headings = {"", "Certified"};
  for (std::size_t s = 1; s <= r.nist_fits.size(); ++s) {
    headings.push_back("start " + std::to_string(s));
    headings.emplace_back("digits");
    headings.emplace_back("of std. error");
  }
  TextTable table(headings);
  for (std::size_t i = 0; i < r.nist->estimates.size(); ++i) {
    std::vector<std::string> row = {r.fit.parameters[i].name, number(r.nist->estimates[i], 11)};
    for (const Fit& f : r.nist_fits) {
      const Estimate& p = f.parameters[i];
      row.push_back(number(p.estimate, 11));
      row.push_back(number(agreeing_digits(p.estimate, r.nist->estimates[i]), 3));
      row.push_back(number(agreeing_digits(p.std_error, r.nist->std_errors[i]), 3));
    }
    table.add(std::move(row));
  }
  out << "\nAgreement with NIST's certified values:\n";
  table.write(out);
  for (std::size_t s = 0; s < r.nist_fits.size(); ++s)
    out << "start " << s + 1 << ": " << r.nist_fits[s].message << '\n';
}

void write_prediction(std::ostream& out, const Prediction& p) {
  TextTable table({"row", "fit", "std. error", "lower", "upper", "prediction lower", "upper"});
  for (std::size_t i = 0; i < p.fit.size(); ++i)
    table.add({std::to_string(i + 1), number(p.fit[i], kDigits + 1),
               number(p.std_error[i], kDigits), number(p.lower[i], kDigits),
               number(p.upper[i], kDigits), number(p.prediction_lower[i], kDigits),
               number(p.prediction_upper[i], kDigits)});
  out << "\nPredictions:\n";
  table.write(out);
}

ordered_json json_starts(const Report& r) {
  ordered_json all = ordered_json::array();
  for (std::size_t s = 0; s < r.nist_fits.size(); ++s) {
    const Fit& f = r.nist_fits[s];
    std::vector<double> lre;
    std::vector<double> sd_lre;
    for (std::size_t i = 0; i < f.parameters.size(); ++i) {
      lre.push_back(agreeing_digits(f.parameters[i].estimate, r.nist->estimates[i]));
      sd_lre.push_back(agreeing_digits(f.parameters[i].std_error, r.nist->std_errors[i]));
    }
    all.push_back({{"start", s + 1},
                   {"status", to_string(f.status)},
                   {"message", f.message},
                   {"parameters", json_estimates(f.parameters)},
                   {"rss", json_number(f.rss)},
                   {"iterations", f.iterations},
                   {"nist",
                    {{"lre", lre},
                     {"sd_lre", sd_lre},
                     {"rss_lre", agreeing_digits(f.rss, r.nist->rss)},
                     {"residual_sd_lre", agreeing_digits(f.residual_sd, r.nist->residual_sd)}}}});
  }
  return all;
}

ordered_json json_prediction(const Prediction& p) {
  ordered_json all = ordered_json::array();
  for (std::size_t i = 0; i < p.fit.size(); ++i)
    all.push_back({{"fit", json_number(p.fit[i])},
                   {"std_error", json_number(p.std_error[i])},
                   {"lower", json_number(p.lower[i])},
                   {"upper", json_number(p.upper[i])},
                   {"prediction_lower", json_number(p.prediction_lower[i])},
                   {"prediction_upper", json_number(p.prediction_upper[i])}});
  return all;
}

}  // namespace

void write_text(std::ostream& out, const Report& r) {
  const Fit& f = r.fit;
  out << "Formula: " << r.problem.response << " ~ " << r.problem.model.formula().text() << '\n'
      << "Data: " << r.problem.source << ", " << f.rows() << (f.rows() == 1 ? " row" : " rows")
      << dropped_text(r.problem.rows_dropped) << '\n';
  write_summary(out, f, r.options.level);
  if (r.nist != nullptr) write_nist(out, r);
  if (r.prediction) write_prediction(out, *r.prediction);
}

void write_json(std::ostream& out, const Report& r) {
  const Fit& f = r.fit;
  ordered_json j;
  j["status"] = to_string(f.status);
  j["converged"] = f.converged();
  j["message"] = f.message;
  j["model"] = r.problem.model.formula().text();
  j["response"] = r.problem.response;
  j["data"] = r.problem.source;
  j["rows"] = f.rows();
  j["rows_dropped"] = r.problem.rows_dropped;
  j["level"] = r.options.level;
  add_summary(j, f);
  if (r.nist != nullptr) j["starts"] = json_starts(r);
  if (r.prediction) j["predictions"] = json_prediction(*r.prediction);
  out << j.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
}

void write_csv(std::ostream& out, const Report& r) {
  if (r.prediction) {
    const Prediction& p = *r.prediction;
    write_csv_row(out,
                  {"fit", "std_error", "lower", "upper", "prediction_lower", "prediction_upper"});
    for (std::size_t i = 0; i < p.fit.size(); ++i)
      write_csv_row(out,
                    {exact(p.fit[i]), exact(p.std_error[i]), exact(p.lower[i]), exact(p.upper[i]),
                     exact(p.prediction_lower[i]), exact(p.prediction_upper[i])});
    return;
  }
  std::vector<std::string> header = csv_header(r.fit.parameters);
  if (r.nist == nullptr) {
    write_csv_row(out, header);
    write_csv_estimates(out, r.fit.parameters);
    return;
  }
  header.insert(header.begin(), "start");
  write_csv_row(out, header);
  for (std::size_t s = 0; s < r.nist_fits.size(); ++s)
    write_csv_estimates(out, r.nist_fits[s].parameters, {std::to_string(s + 1)});
}

void write_residuals(std::ostream& out, const Fit& f) {
  write_csv_row(out, {"row", "fitted", "residual"});
  for (std::size_t i = 0; i < f.fitted.size(); ++i)
    write_csv_row(out, {std::to_string(i + 1), exact(f.fitted[i]), exact(f.residuals[i])});
}

}  // namespace apps::nlfit
